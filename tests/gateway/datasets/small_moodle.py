"""A small log of Moodle with the columns of the real table, and its mapping."""

from pathlib import Path

from tests.gateway.datasets.small_platform import DB101

HEADER = (
    "id,eventname,component,action,target,objecttable,objectid,crud,edulevel,contextid,contextlevel,contextinstanceid,"
    "userid,courseid,relateduserid,anonymous,other,timecreated,origin,ip,realuserid"
)
ENROLLED = r"101,\core\event\user_enrolment_created,core,created,user_enrolment,user_enrolments,9,c,0,55,50,5,2,5,17,0,"
ROWS = (
    rf'{ENROLLED}"{{""enrol"":""manual""}}",1769936400,web,203.0.113.7,NULL',
    r"102,\core\event\course_viewed,core,viewed,course,NULL,NULL,r,2,55,50,5,17,5,NULL,0,null,1769940000,web,203.0.113.7,",
    r"103,\mod_page\event\course_module_viewed,mod_page,viewed,course_module,page,3,r,2,71,70,300,17,5,NULL,0,null,"
    "1769940060,web,203.0.113.7,",
    r"104,\mod_quiz\event\attempt_started,mod_quiz,started,attempt,quiz_attempts,8,c,2,72,70,301,17,5,17,0,"
    '"{""quizid"":""1""}",1769940120,web,203.0.113.7,',
    r"105,\mod_quiz\event\attempt_submitted,mod_quiz,submitted,attempt,quiz_attempts,8,u,2,72,70,301,17,5,17,0,"
    '"{""submitterid"":""17"",""quizid"":""1""}",1769940720,web,203.0.113.7,',
    r"106,\core\event\course_module_completion_updated,core,updated,course_module_completion,course_modules_completion,"
    '4,u,2,72,70,301,2,5,17,0,"{""relateduserid"":17,""overrideby"":null,""completionstate"":2}",1769940721,web,,',
    r"107,\core\event\course_module_completion_updated,core,updated,course_module_completion,course_modules_completion,"
    '5,u,2,71,70,300,17,5,17,0,"a:2:{s:13:""relateduserid"";i:17;s:15:""completionstate"";i:1;}",1769940800,web,,',
    r"108,\core\event\course_module_completion_updated,core,updated,course_module_completion,course_modules_completion,"
    '5,u,2,71,70,300,17,5,17,0,"{""completionstate"":0}",1769940900,web,,',
    r"109,\mod_forum\event\post_created,mod_forum,created,post,forum_posts,6,c,2,73,70,302,17,5,NULL,0,"
    '"{""forumid"":""2""}",1769941000,web,203.0.113.7,',
    r"110,\core\event\user_loggedin,core,loggedin,user,user,17,r,0,1,10,0,17,0,NULL,0,\N,1769936000,web,203.0.113.7,",
    r"111,\core\event\course_viewed,core,viewed,course,NULL,NULL,r,2,55,50,5,2,5,NULL,0,null,1769942000,web,,",
    r"112,\core\event\course_viewed,core,viewed,course,NULL,NULL,r,2,55,50,5,17,5,NULL,0,null,1769943000,web,,2",
    r"113,\mod_feedback\event\response_submitted,mod_feedback,submitted,response,feedback_completed,7,c,2,74,70,303,17,5,"
    "17,1,null,1769944000,web,,",
    r"114,\mod_hvp\event\attempt_submitted,mod_hvp,submitted,attempt,NULL,NULL,u,2,72,70,301,17,5,17,0,null,1769945000,"
    "web,203.0.113.7,",
    r"115,\core\event\user_enrolment_deleted,core,deleted,user_enrolment,user_enrolments,9,d,0,55,50,5,2,5,17,0,"
    '"{""enrol"":""manual""}",1769946000,cron,,',
)
LOG = "\n".join([HEADER, *ROWS]) + "\n"
MAPPING = f"""\
site = "https://moodle.example.org/"

[learners]
prefix = "moodle-"
locale = "es"
timeZone = "Europe/Madrid"

[courses]
5 = "{DB101}"

[items]
300 = "page-1"
301 = "quiz-1"
"""


def write_log(folder: Path, *rows: str) -> Path:
    """A log of these rows, of all of them by default."""
    path = folder / "log.csv"
    path.write_text("\n".join([HEADER, *(rows or ROWS)]) + "\n", "utf-8")
    return path


def write_mapping(folder: Path, text: str = MAPPING) -> Path:
    path = folder / "moodle.toml"
    path.write_text(text, "utf-8")
    return path
