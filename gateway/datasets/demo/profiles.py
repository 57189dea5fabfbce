"""Profiles of the demo's learners: names in many scripts, time zones with whole, half and quarter hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from stores.domain.profiles import Consent, Profile


@dataclass(frozen=True, slots=True)
class Region:
    """A region that learners come from. `share` is its weight; `given` and `family` have names separated by spaces, and
    `order` says how a display name is made of them."""

    zone: str
    locale: str
    share: int
    given: str
    family: str
    order: str = "{given} {family}"


REGIONS = (
    Region(
        "America/New_York", "en-US", 9, "Emma Noah Ava Elijah Zoe Malik Grace", "Johnson Rivera Cohen Brooks Nguyen"
    ),
    Region("America/Chicago", "en-US", 5, "Olivia Liam Hannah Marcus Ruth", "Miller Washington Olsen Garcia"),
    Region("America/Los_Angeles", "en-US", 6, "Mia Ethan Kaya Diego Naomi", "Lee Ramirez Chang Taylor Begay"),
    Region("America/Sao_Paulo", "pt-BR", 8, "Ana João Beatriz Thiago Luíza Caetano", "Souza Gonçalves Araújo Lima"),
    Region("America/Mexico_City", "es-MX", 4, "Ximena Mateo Guadalupe Emiliano", "Hernández López Núñez Ku"),
    Region("America/St_Johns", "en-CA", 1, "Sheila Gordon Maeve", "Power Walsh Noseworthy"),
    Region("Europe/London", "en-GB", 7, "Amelia Oliver Isla Idris Saoirse", "Smith Okafor Patel Evans MacLeod"),
    Region("Europe/Paris", "fr-FR", 5, "Chloé Gaël Inès Théo Aïcha", "Lefèvre Dubois Benali Moreau"),
    Region("Europe/Berlin", "de-DE", 6, "Jürgen Anneliese Mehmet Käthe Jonas", "Müller Yılmaz Weiß Schröder"),
    Region("Europe/Athens", "el-GR", 2, "Ελένη Γιώργος Σοφία Νίκος", "Παπαδοπούλου Γεωργίου Οικονόμου"),
    Region("Europe/Kyiv", "uk-UA", 4, "Олена Тарас Соломія Іван Богдан", "Шевченко Коваленко Бондар"),
    Region("Europe/Istanbul", "tr-TR", 3, "Ayşe Çağlar İpek Oğuz", "Yıldız Şahin Kılıç"),
    Region("Africa/Cairo", "ar-EG", 4, "مريم أحمد ليلى يوسف", "حسن عبدالله السيد"),
    Region("Africa/Lagos", "en-NG", 4, "Chidinma Tunde Adaeze Sẹ́gun", "Okonkwo Adébáyọ̀ Balogun"),
    Region("Africa/Nairobi", "sw-KE", 3, "Wanjiru Otieno Amina Kipchoge", "Kamau Odhiambo Mwangi"),
    Region("Asia/Jerusalem", "he-IL", 2, "נועה איתי תמר דוד", "כהן לוי מזרחי"),
    Region("Asia/Tehran", "fa-IR", 2, "زهرا آرش شیرین کاوه", "رضایی محمدی کریمی"),
    Region("Asia/Kolkata", "hi-IN", 9, "अनन्या रोहन प्रिया अर्जुन मीरा", "शर्मा वर्मा गुप्ता पाटिल"),
    Region("Asia/Kolkata", "ta-IN", 4, "கவிதா முருகன் செல்வி", "ராமசாமி பாண்டியன்"),
    Region("Asia/Kathmandu", "ne-NP", 4, "सीता विष्णु माया कुमार", "गुरुङ श्रेष्ठ तामाङ"),
    Region("Asia/Bangkok", "th-TH", 2, "สมชาย มาลี นภา", "ใจดี ศรีสุข"),
    Region("Asia/Shanghai", "zh-CN", 7, "伟 秀英 子涵 浩然 静", "王 李 张 欧阳", "{family}{given}"),
    Region("Asia/Tokyo", "ja-JP", 5, "陽菜 蓮 さくら 健太", "佐藤 鈴木 高橋", "{family} {given}"),
    Region("Asia/Seoul", "ko-KR", 4, "서연 민준 지우 하윤", "김 이 박 남궁", "{family}{given}"),
    Region("Australia/Adelaide", "en-AU", 2, "Charlotte Jack Matilda", "O’Brien Wilson Tran"),
    Region("Australia/Lord_Howe", "en-AU", 2, "Ruby Angus Pixie", "Thompson Nichols"),
    Region("Pacific/Auckland", "mi-NZ", 2, "Aroha Tāne Mere Wiremu", "Ngata Pōtiki Parata"),
    Region("Pacific/Chatham", "en-NZ", 2, "Rangi Moana Henry", "Solomon Daymond"),
)
GOALS = (
    "Change to a career in data",
    "Finish one course this term",
    "Understand what my colleagues talk about",
    "Prepare for the master's programme",
    "Half an hour every day",
    "Earn a certificate for my application",
    "Teach this to my own pupils",
)
SKILLS = (
    "spreadsheets",
    "SQL",
    "Python",
    "R",
    "Git",
    "statistics",
    "writing",
    "Spanish",
    "biology",
    "teaching",
    "design",
)
OCCUPATIONS = ("nurse", "student", "teacher", "analyst", "engineer", "carer", "retired", "journalist", "farmer")
REGION_OF_FIRST = Region("Asia/Kathmandu", "ne-NP", 1, "Asha", "Gurung")


def learner_id(number: int) -> str:
    """The id of the `number`th learner."""
    return f"demo-{number:04}"


def demo_profile(number: int, rng: Random, term: datetime) -> Profile:
    """The profile of the `number`th learner (from 1), who signed up up to 400 days before the term."""
    region = REGION_OF_FIRST if number == 1 else rng.choices(REGIONS, [each.share for each in REGIONS])[0]
    given, family = rng.choice(region.given.split()), rng.choice(region.family.split())
    signed_up = term - timedelta(minutes=rng.randrange(10, 400 * 24 * 60))
    return Profile(
        learner_id=learner_id(number),
        display_name=region.order.format(given=given, family=family),
        email=f"{learner_id(number)}@example.org",
        locale=region.locale,
        time_zone=region.zone,
        goals=tuple(rng.sample(GOALS, rng.choice((0, 1, 1, 2)))),
        skills=tuple(rng.sample(SKILLS, rng.randrange(5))),
        preferences={
            "theme": rng.choice(("light", "dark", "system")),
            "captions": rng.random() < 0.4,
            "weeklyGoalMinutes": rng.choice((60, 90, 120, 180, 300)),
        },
        attributes={"occupation": rng.choice(OCCUPATIONS), "firstGeneration": rng.random() < 0.2},
        consents=(Consent(purpose="research", granted=rng.random() < 0.7, at=signed_up),),
        created_at=signed_up,
        updated_at=signed_up,
    )
