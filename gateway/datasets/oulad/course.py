"""Makes a course of each run of OULAD. Assessments are required items; sites, which learners click on, are optional."""

from collections.abc import Iterator
from datetime import UTC, datetime

from gateway.datasets.oulad.kinds import EXAMS, SITES
from gateway.datasets.oulad.rows import Assessment, Run, RunKey, Site
from gateway.datasets.oulad.tables import Tables
from stores.domain.catalog import Course, Item, Module, MoveOn

CREDIT = (
    "From the Open University Learning Analytics Dataset, CC BY 4.0: Kuzilek J., Hlosta M., Zdrahal Z. (2017), "
    "Sci. Data 4:170171, doi:10.1038/sdata.2017.171. Anonymised; not to be used to re-identify anybody."
)


def course_key(run: RunKey) -> str:
    """The course key of a run."""
    return f"course-v1:OU+{run.module}+{run.presentation}"


def assessment_key(assessment: int) -> str:
    """The item key of an assessment."""
    return f"assessment-{assessment}"


def site_key(site: int) -> str:
    """The item key of a site."""
    return f"site-{site}"


def day_zero(run: RunKey) -> datetime:
    """The start of a run. A presentation with J starts in October, one with B in February."""
    return datetime(int(run.presentation[:4]), 10 if run.presentation.endswith("J") else 2, 1, tzinfo=UTC)


def course_drafts(tables: Tables) -> Iterator[Course]:
    """The courses of all runs. The catalog gives them their versions."""
    assessments: dict[RunKey, list[Assessment]] = {key: [] for key in tables.runs}
    sites: dict[RunKey, list[Site]] = {key: [] for key in tables.runs}
    for assessment in tables.assessments.values():
        assessments[assessment.run].append(assessment)
    for site in tables.sites.values():
        sites[site.run].append(site)
    for run in tables.runs.values():
        yield course_draft(run, assessments[run.key], sites[run.key])


def course_draft(run: Run, assessments: list[Assessment], sites: list[Site]) -> Course:
    """The course of one run with its assessments and sites."""
    start = day_zero(run.key)
    month = "October" if start.month == 10 else "February"
    by_module: dict[str, list[Item]] = {kind.module: [] for kind in SITES.values()}
    for site in sites:
        by_module[SITES[site.activity].module].append(site_item(site))
    modules = [Module(title="Assessments", items=tuple(assessment_items(assessments)))]
    modules += [Module(title=title, items=tuple(items)) for title, items in by_module.items()]
    return Course(
        key=course_key(run.key),
        version=1,
        title=f"Module {run.key.module}, {month} {start.year}",
        description=f"Presentation {run.key.presentation}: {run.days} days from 1 {month} {start.year}. {CREDIT}",
        modules=tuple(module for module in modules if module.items),
        published_at=start,
    )


def assessment_items(assessments: list[Assessment]) -> Iterator[Item]:
    """Items in the order of their deadlines, numbered by type. Assessments without a date (exams in the last week) come
    last."""
    numbers = dict.fromkeys(EXAMS, 0)
    for row in sorted(assessments, key=lambda row: (row.day is None, row.day, row.id)):
        kind = EXAMS[row.type]
        numbers[row.type] += 1
        yield Item(
            key=assessment_key(row.id),
            type=kind.type,
            title=f"{kind.title} {numbers[row.type]}",
            weight=row.weight,
            move_on=MoveOn.PASSED,
            mastery_score=0.4,
        )


def site_item(row: Site) -> Item:
    """The item of a site."""
    kind = SITES[row.activity]
    weeks = "" if row.week_from is None else f", week {row.week_from}"
    if row.week_from is not None and row.week_to not in (None, row.week_from):
        weeks = f", weeks {row.week_from}–{row.week_to}"
    return Item(
        key=site_key(row.id),
        type=kind.type,
        title=f"{kind.title} {row.id}{weeks}",
        weight=0.0,
        move_on=MoveOn.NOT_APPLICABLE,
    )
