"""Settings of the pages."""

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class PagesSettings(SettingsGroup):
    """`remote_images`: pages show pictures of people and courses from other servers. These servers learn who looks at
    them; without it, people are shown by their initials."""

    remote_images: bool = Field(default=False, validation_alias="GATEWAY_PAGES_REMOTE_IMAGES")
