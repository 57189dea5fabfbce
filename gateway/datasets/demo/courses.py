"""The demo's courses: small but complete. Together they have every type of item and every moveOn rule."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.datasets.demo.items import assignment, forum, page, quiz, tool, video
from stores.domain.catalog import Course, Item, Module, MoveOn

SQL101 = "course-v1:Demo+SQL101+2026"
"""The course that the examples use; most learners study it."""
PY110 = "course-v1:Demo+PY110+2026"
STAT201 = "course-v1:Demo+STAT201+2026"

OUTLINES: Mapping[str, tuple[str, str, Mapping[str, Sequence[Item]]]] = {
    SQL101: (
        "SQL from the ground up",
        "Ask a relational database questions, and understand why it takes the time it takes.",
        {
            "Tables and questions": [
                page("welcome", "Welcome, and how this course works", 4, weight=0.5),
                video("tables", "What a table is (and is not)", 16),
                page("select", "SELECT, WHERE, ORDER BY", 12),
                tool("sandbox-1", "Query sandbox: a library", 25),
                quiz("select-quiz", "Check yourself: selecting", "tables", "select"),
                forum("hello", "Forum: who is here?"),
            ],
            "Joining": [
                video("joins", "Joins, drawn", 21),
                page("outer-joins", "Rows without a partner", 15),
                video("keys", "Keys, and what they promise", 18),
                tool("sandbox-2", "Query sandbox: a bookshop", 35),
                quiz("joins-quiz", "Check yourself: joins", "joins", "outer-joins", "keys"),
                forum("joins-forum", "Forum: the strangest join you have met"),
            ],
            "Grouping and windows": [
                page("grouping", "GROUP BY and HAVING", 14),
                video("windows", "Window functions in a quarter of an hour", 15),
                tool("sandbox-3", "Query sandbox: a year of trams", 40),
                quiz("windows-quiz", "Check yourself: windows", "grouping", "windows", weight=3.0),
            ],
            "Why it is slow": [
                video("indexes", "Indexes: a phone book for rows", 24),
                page("explain", "Reading EXPLAIN without fear", 18),
                tool("sandbox-4", "Query sandbox: ten million rows", 45),
                quiz(
                    "indexes-quiz", "Check yourself: indexes and plans", "indexes", "explain", weight=3.0, mastery=0.7
                ),
            ],
            "Final": [
                assignment("report", "A report for the bookshop", "joins-quiz", "indexes-quiz", weight=6.0, minutes=120)
            ],
        },
    ),
    PY110: (
        "Python for data work",
        "From a spreadsheet's grief to a script that runs every morning.",
        {
            "First steps": [
                page("setup", "Set up, once", 20, weight=0.5),
                video("values", "Values, names, functions", 24),
                tool("notebook-1", "Notebook: a week of weather", 35),
                quiz("values-quiz", "Values and names", "values"),
            ],
            "Loops and lists": [
                video("lists", "Lists, dictionaries, and when which", 22),
                video("loops", "Doing it a thousand times", 19),
                tool("notebook-2", "Notebook: counting words", 40),
                quiz("loops-quiz", "Loops and lists", "lists", "loops"),
            ],
            "Data": [
                video("files", "Reading files that others wrote", 21),
                page("cleaning", "Cleaning is most of the work", 18),
                tool("notebook-3", "Notebook: bicycle counts", 50),
                quiz("files-quiz", "Files and cleaning", "files", "cleaning", mastery=0.7),
            ],
            "Your project": [
                forum("ideas", "Forum: project ideas", MoveOn.COMPLETED),
                assignment("project", "Your own data, answered", "files-quiz", weight=8.0, minutes=180),
            ],
        },
    ),
    STAT201: (
        "Statistics you can use",
        "Estimates, doubt, and saying honestly how much of each there is.",
        {
            "Describing": [
                video("spread", "Middle and spread", 20),
                page("plots", "Plots that do not lie", 15),
                tool("describe", "Describe three towns", 25),
                quiz("describing-quiz", "Describing data", "spread", "plots", weight=1.0),
            ],
            "Chance": [
                video("chance", "What chance does in the long run", 23),
                page("bayes", "Learning from a test result", 20),
                quiz("chance-quiz", "Chance", "chance", "bayes", weight=2.0),
            ],
            "Inferring": [
                video("sampling", "Why samples work at all", 22),
                tool("simulator", "Sampling simulator", 30),
                video("intervals", "What an interval promises", 21),
                quiz("intervals-quiz", "Samples and intervals", "sampling", "intervals", weight=3.0, mastery=0.65),
                assignment("survey", "Plan a survey of your town", "intervals-quiz", minutes=90),
            ],
        },
    ),
    "course-v1:Demo+ESP050+2026": (
        "Español para principiantes",
        "Presentarse, preguntar, pedir y contar: un primer mes de español.",
        {
            "Hola": [
                video("saludos", "Saludos y despedidas", 14),
                page("ser-estar", "¿Ser o estar?", 12),
                tool("dictado-1", "Dictado: en la estación", 15, MoveOn.COMPLETED),
                quiz("hola-quiz", "Repaso 1", "saludos", "ser-estar", weight=1.0),
            ],
            "En la ciudad": [
                video("mercado", "En el mercado", 16),
                page("numeros", "Números y precios", 10),
                tool("dictado-2", "Dictado: ¿cuánto cuesta?", 15, MoveOn.COMPLETED),
                forum("presentate", "Foro: preséntate en cinco frases", MoveOn.COMPLETED_OR_PASSED),
                quiz("ciudad-quiz", "Repaso 2", "mercado", "numeros", weight=1.0),
            ],
            "Ayer": [
                video("pasado", "Hablar de ayer", 18),
                page("verbos", "Diez verbos rebeldes", 16),
                quiz("ayer-quiz", "Repaso 3", "pasado", "verbos", weight=2.0),
            ],
        },
    ),
    "course-v1:Demo+BIO120+2026": (
        "The living cell",
        "Membranes, energy, and the two metres of thread in every nucleus.",
        {
            "Inside": [
                video("membranes", "A wall that lets the right things through", 21),
                page("organelles", "A tour of the organelles", 22),
                tool("microscope", "Virtual microscope", 30, MoveOn.NOT_APPLICABLE),
                quiz("inside-quiz", "Inside the cell", "membranes", "organelles"),
            ],
            "Energy": [
                video("atp", "How a cell pays its bills", 26),
                video("light", "Living on light", 24),
                quiz("energy-quiz", "Energy", "atp", "light"),
            ],
            "Heredity": [
                video("dna", "From DNA to protein", 27),
                page("mutation", "When a letter changes", 15),
                quiz("heredity-quiz", "Heredity", "dna", "mutation", weight=3.0),
                assignment("lab-report", "Laboratory report: yeast", "inside-quiz", weight=5.0, minutes=100),
                forum("journal-club", "Journal club"),
            ],
        },
    ),
    "course-v1:Demo+CLIM210+2026": (
        "Climate: evidence and models",
        "How we know, how well, and what the models are made of.",
        {
            "Evidence": [
                page("records", "Thermometers, ice, tree rings", 20),
                video("carbon", "The carbon cycle", 24),
                tool("ice-core", "Read an ice core", 25),
                quiz("evidence-quiz", "Evidence", "records", "carbon"),
            ],
            "Models": [
                video("grid", "A planet cut into boxes", 26),
                tool("run-model", "Run a small model", 50),
                forum("feedbacks", "Forum: which feedback surprised you?", MoveOn.COMPLETED),
                quiz("models-quiz", "Models", "grid", mastery=0.55),
            ],
            "What to expect": [
                video("scenarios", "Scenarios are not forecasts", 22),
                quiz("scenarios-quiz", "Scenarios", "scenarios", weight=1.0),
            ],
        },
    ),
    "course-v1:Demo+LAB001+2026": (
        "Laboratory safety",
        "Before you are given the key. Half an hour.",
        {
            "Safety": [
                page("rules", "The nine rules", 8),
                video("fire", "When something burns", 11),
                quiz("safety-quiz", "Safety test", "rules", "fire", weight=1.0, mastery=0.8),
            ]
        },
    ),
    "course-v1:Demo+WRI101+2026": (
        "Academic writing",
        "Say one thing, support it, stop.",
        {
            "Paragraphs": [
                page("claim", "One claim a paragraph", 14),
                forum("peer-review", "Read two drafts and say what you understood", MoveOn.COMPLETED_OR_PASSED),
                assignment("paragraph", "A paragraph of 150 words", "claim", weight=1.0, minutes=45),
            ],
            "Essay": [
                video("structure", "The skeleton of an essay", 18),
                page("sources", "Quoting without stealing", 15),
                quiz("sources-quiz", "Sources", "sources", weight=1.0),
                assignment("essay", "An essay of 1,000 words", "paragraph", "sources-quiz", weight=6.0, minutes=240),
            ],
        },
    ),
}
"""By course key: title, description, and the items of each module."""


def demo_courses(published_at: datetime) -> tuple[Course, ...]:
    """The courses as drafts of version 1."""
    return tuple(
        Course(
            key=key,
            version=1,
            title=title,
            description=description,
            image_url=f"https://learn.example.org/images/{key.split('+')[1].lower()}.png",
            enforce_prerequisites=True,
            modules=tuple(Module(title=name, items=tuple(items)) for name, items in modules.items()),
            published_at=published_at,
        )
        for key, (title, description, modules) in OUTLINES.items()
    )
