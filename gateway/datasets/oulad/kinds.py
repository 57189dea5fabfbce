"""OULAD's kinds of assessments and sites, and the item types that they become. Unknown kinds are errors."""

from typing import NamedTuple

from stores.domain.catalog import ItemType


class Kind(NamedTuple):
    """The module of the course that the items go to, the title of an item, and its type."""

    module: str
    title: str
    type: ItemType


EXAMS = {
    "TMA": Kind("Assessments", "Tutor-marked assignment", ItemType.ASSIGNMENT),
    "CMA": Kind("Assessments", "Computer-marked test", ItemType.QUIZ),
    "Exam": Kind("Assessments", "Exam", ItemType.ASSIGNMENT),
}

SITES = {
    "homepage": Kind("Home", "Home page", ItemType.PAGE),
    "oucontent": Kind("Course content", "Course content", ItemType.PAGE),
    "resource": Kind("Resources", "Resource", ItemType.PAGE),
    "subpage": Kind("Pages", "Subpage", ItemType.PAGE),
    "sharedsubpage": Kind("Pages", "Shared subpage", ItemType.PAGE),
    "page": Kind("Pages", "Page", ItemType.PAGE),
    "dualpane": Kind("Pages", "Two-pane page", ItemType.PAGE),
    "folder": Kind("Resources", "Folder", ItemType.PAGE),
    "url": Kind("Links", "Link", ItemType.PAGE),
    "glossary": Kind("Reference", "Glossary", ItemType.PAGE),
    "dataplus": Kind("Reference", "Database", ItemType.TOOL),
    "forumng": Kind("Forums", "Forum", ItemType.DISCUSSION),
    "ouwiki": Kind("Forums", "Wiki", ItemType.DISCUSSION),
    "oucollaborate": Kind("Live sessions", "Online room", ItemType.TOOL),
    "ouelluminate": Kind("Live sessions", "Live tutorial", ItemType.TOOL),
    "quiz": Kind("Quizzes", "Quiz", ItemType.QUIZ),
    "externalquiz": Kind("Quizzes", "External quiz", ItemType.QUIZ),
    "repeatactivity": Kind("Activities", "Repeatable activity", ItemType.TOOL),
    "htmlactivity": Kind("Activities", "Interactive activity", ItemType.TOOL),
    "questionnaire": Kind("Activities", "Questionnaire", ItemType.TOOL),
}
