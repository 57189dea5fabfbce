"""A small OULAD: two runs and three learners, one of them in both runs, with each oddity of the real files once."""

import gzip
from collections.abc import Mapping
from pathlib import Path

FILES: Mapping[str, str] = {
    "courses.csv": """\
code_module,code_presentation,module_presentation_length
AAA,2013J,268
BBB,2014B,234
""",
    "assessments.csv": """\
code_module,code_presentation,id_assessment,assessment_type,date,weight
AAA,2013J,1753,TMA,54,20
AAA,2013J,1752,TMA,19,12.5
AAA,2013J,1757,Exam,,100
BBB,2014B,1800,CMA,?,0
""",
    "vle.csv": """\
id_site,code_module,code_presentation,activity_type,week_from,week_to
546943,AAA,2013J,resource,,
546652,AAA,2013J,forumng,1,1
700100,BBB,2014B,oucontent,2,3
""",
    "studentInfo.csv.gz": """\
code_module,code_presentation,id_student,gender,region,highest_education,imd_band,age_band,num_of_prev_attempts,studied_credits,disability,final_result
AAA,2013J,11391,M,East Anglian Region,HE Qualification,90-100%,55<=,0,240,N,Pass
AAA,2013J,28400,F,Scotland,"A Level or Equivalent",,35-55,1,60,Y,Withdrawn
BBB,2014B,11391,M,East Anglian Region,HE Qualification,90-100%,55<=,0,60,N,Fail
BBB,2014B,30268,F,Wales,No Formal quals,10-20,0-35,0,30,N,Distinction
""",
    "studentRegistration.csv.gz": """\
code_module,code_presentation,id_student,date_registration,date_unregistration
AAA,2013J,11391,-159,
AAA,2013J,28400,-53,12
BBB,2014B,11391,0,
BBB,2014B,30268,,
""",
    "studentAssessment.csv.gz": """\
id_assessment,id_student,date_submitted,is_banked,score
1752,11391,18,0,78
1752,28400,-1,1,40
1753,11391,54,0,
1800,30268,10,0,39.5
""",
    "studentVle_AAA_2013J_first_rows.csv.gz": """\
code_module,code_presentation,id_student,id_site,date,sum_click
AAA,2013J,28400,546652,-10,4
AAA,2013J,28400,546652,-10,1
AAA,2013J,28400,546652,-10,1
AAA,2013J,11391,546943,0,2
""",
}
RESULTS, CLICKS = "studentAssessment.csv.gz", "studentVle_AAA_2013J_first_rows.csv.gz"
STUDENTS, REGISTRATIONS = "studentInfo.csv.gz", "studentRegistration.csv.gz"


def write(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the files to `folder`, those in `changed` with other content, and without those that are None."""
    for name, text in {**FILES, **changed}.items():
        if text is None:
            continue
        content = text.encode() if isinstance(text, str) else text
        if name.endswith(".gz") and isinstance(text, str):
            content = gzip.compress(content)
        (folder / name).write_bytes(content)
    return folder


def with_line(name: str, row: int, line: str) -> dict[str, str]:
    """The file `name` with one row replaced (the header is row 1)."""
    lines = FILES[name].splitlines()
    lines[row - 1] = line
    return {name: "\n".join(lines) + "\n"}
