"""Settings of persisted documents."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup


class DocumentsSettings(SettingsGroup):
    """Which documents are served. `path`: the trusted ones, as a manifest or a folder of .graphql files."""

    mode: Literal["open", "trusted"] = Field(default="open", validation_alias="GATEWAY_DOCUMENTS")
    """`trusted`: only those at `path`, except for ADMIN. `open`: those, registered ones, and texts."""
    path: Path | None = Field(default=None, validation_alias="GATEWAY_DOCUMENTS_PATH")
