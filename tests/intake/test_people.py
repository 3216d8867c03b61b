"""Id and phone numbers never enter: not the tables, not the quarantine, not the records, not a message."""

import gzip
import os
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from cockpit.intake.importer import check_files
from cockpit.intake.privacy import masked
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder
from tests.intake.valid_city import (
    NOW,
    STANDARD,
    bring,
    case,
    csv_text,
    ids,
    quarantined,
    refusal,
    review,
    rows_of,
    ticket,
    write,
)

PHONE = "13812345678"
ID = "330102198001011234"
#: A number as people write it in a sentence; none of its long runs may stay.
WRITTEN = {
    "plain": f"请回电{PHONE}谢谢",
    "at the beginning": f"{PHONE} 请回电",
    "at the end": f"请回电 {PHONE}",
    "alone": PHONE,
    "in full-width digits": "请回电１３８１２３４５６７８",
    "in mixed digits": "请回电138１２３４5678",
    "with spaces": "请回电 138 1234 5678",
    "with dashes": "请回电 138-1234-5678",
    "with full-width dashes": "请回电 138－1234－5678",
    "with dots": "请回电 138.1234.5678",
    "in groups of five": "请回电 13812 345678",
    "digit by digit": "请回电 1 3 8 1 2 3 4 5 6 7 8",
    "with marks without width": "请回电 138\u200b1234\u200b5678",
    "with the country": f"请回电 +86 {PHONE}",
    "twice in a row": f"{PHONE},{PHONE};{PHONE}",
    "glued to another": PHONE + PHONE,
    "an id": f"身份证{ID}。",
    "an id with a letter": "身份证33010219800101123X。",
    "an id with a small letter in groups": "身份证 330102 19800101 123x。",
    "an id in groups of four": "身份证 330102 1980 0101 1234",
    "an id in full-width digits": "身份证３３０１０２１９８００１０１１２３４",
    "an old id": "身份证330102800101123",
    "a fixed line": "电话 0571-88001234",
    "a fixed line in groups": "电话 0571 8800 1234",
    "a fixed line without area": "电话 8800-1234",
}


def every_byte(folder: DataFolder) -> str:
    """All that the data folder keeps, unpacked: tables and quarantine through Polars, other files as they are."""
    told = [str(path.relative_to(folder.path)) for path in folder.path.rglob("*")]
    for path in folder.path.rglob("*"):
        if path.suffix == ".parquet":
            told.append(pl.read_parquet(path).write_ndjson())
        elif path.is_file():
            content = path.read_bytes()
            told.append((gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8", "replace"))
    with sqlite3.connect(folder.path / "records.sqlite") as records:
        told.extend(records.iterdump())
    return "\n".join(told)


def digits(text: str) -> str:
    """The text's digits and nothing else, full-width ones as plain ones."""
    plain = text.translate({0xFF10 + n: str(n) for n in range(10)})
    return "".join(sign for sign in plain if sign.isascii() and sign.isdigit())


@pytest.mark.parametrize("form", WRITTEN)
def test_no_number_in_free_text_stays(city: DataFolder, tmp_path: Path, form: str) -> None:
    good, bad = review(1, text=WRITTEN[form]), review(2, text=WRITTEN[form], level=9)
    bring(city, write(tmp_path, "reviews.csv", [good, bad]))
    kept = rows_of(city, "reviews")["text"][0]
    assert len(digits(kept)) < 7
    held = quarantined(city, "reviews")[0]
    assert WRITTEN[form] not in held["row"]
    for number in (PHONE, ID, ID[:-1], "330102800101123", "057188001234", "88001234"):
        assert number not in digits(kept)
        assert number not in digits(held["row"].replace("2026-10-12", ""))


def test_ordinary_numbers_in_free_text_stay(city: DataFolder, tmp_path: Path) -> None:
    text = "等了45分钟,3号窗口,2026-10-12 09:30 来的,2025-2026年度,费用120.50元,12345热线,编号A0123"
    bring(city, write(tmp_path, "reviews.csv", [review(text=text)]))
    assert rows_of(city, "reviews")["text"][0] == text


def test_an_applicant_is_kept_as_a_keyed_hash_only(city: DataFolder, tmp_path: Path) -> None:
    rows = [ticket(1, applicant_hash=PHONE), ticket(2, applicant_hash=f" {PHONE} "), ticket(3, applicant_hash=ID)]
    bring(city, write(tmp_path, "tickets.csv", rows))
    kept = rows_of(city, "tickets")["applicant_hash"].to_list()
    assert kept[0] == kept[1] != kept[2]
    assert all(len(value) == 64 for value in kept)
    bring(city, write(tmp_path, "cases.csv", [case(1, applicant_hash=kept[0])]))
    assert rows_of(city, "cases")["applicant_hash"][0] == kept[0]


def test_nothing_that_is_kept_holds_a_number_wherever_it_stood(city: DataFolder, tmp_path: Path) -> None:
    spoilt = [
        ticket(1, applicant_hash=PHONE, channel="fax"),
        ticket(2, staff_id=PHONE),
        ticket(3, ticket_no=ID),
        ticket(4, note=f"家属 {PHONE}", channel="fax"),
        ticket(5, note=ID, take_time=PHONE),
        ticket(6, status=PHONE),
    ]
    names = list(dict.fromkeys(name for row in spoilt for name in row))
    text = csv_text(spoilt, names) + f"{PHONE},{ID},too few\n" + ",".join([PHONE] * 30) + "\n"
    bring(city, write(tmp_path, f"tickets-{PHONE}.csv", text))
    bring(
        city,
        write(
            tmp_path,
            "roster.csv",
            [
                {
                    "staff_id": ID,
                    "start_at": "2026-10-12T09:00:00",
                    "end_at": "2026-10-12T10:00:00",
                    "hall_id": "h1",
                    "role": "clerk",
                }
            ],
        ),
    )
    nested = pl.DataFrame([ticket(7) | {"people": [{"phone": PHONE}], "calls": [PHONE, ID], "number": int(PHONE)}])
    nested.with_columns(channel=pl.lit("fax"), raw=pl.lit(PHONE).cast(pl.Binary)).write_parquet(
        tmp_path / "tickets.parquet"
    )
    bring(city, tmp_path / "tickets.parquet")
    refusal(city, write(tmp_path, f"cases-{PHONE}.csv", f"{PHONE},{ID},{PHONE}\n1,2,3\n"))
    refusal(city, tmp_path / PHONE / f"{ID}.csv")
    (tmp_path / ID).mkdir()
    refusal(city, tmp_path / ID)
    refusal(city, write(tmp_path, f"{PHONE}.csv", "a\n"))
    kept = every_byte(city)
    assert PHONE not in kept
    assert ID not in kept
    assert len(quarantined(city)) == 6 + 2 + 1 + 1


def test_a_source_column_marked_personal_is_hashed_before_anything_else(city: DataFolder, tmp_path: Path) -> None:
    profile = tmp_path / "hall.toml"
    profile.write_text(
        """
title = "窗口评价"
source_system = "hall"
[[tables]]
table = "reviews"
[tables.columns]
review_id = { column = "id" }
level = { column = "level" }
origin = { value = "active" }
channel = { value = "device" }
named = { value = true }
assess_time = { column = "at" }
staff_id = { column = "phone", personal = true }
text = { sql = "concat(words, more)" }
""",
        encoding="utf-8",
    )
    content = (
        "id,level,at,phone,words,more\n"
        f"r1,5,2026-10-12T09:00:00,{PHONE},好,极了\n"
        f"r2,9,2026-10-12T09:00:00,{PHONE},电话0571-8800,0571-88001234\n"
        f"r3,5,2026-10-12T09:00:00,{PHONE},0571-88001234\n"
    )
    result = bring(city, write(tmp_path, "x.csv", content), profile=load_profile(str(profile)))
    assert result.tables["reviews"].inserted == 1
    assert len(rows_of(city, "reviews")["staff_id"][0]) == 64
    kept = every_byte(city)
    assert PHONE not in kept
    assert "88001234" not in kept


def test_the_key_is_private_to_the_installation_and_its_owner(city: DataFolder, city_template: Path) -> None:
    key = city.path / "secrets" / "hmac.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert key.read_text().strip() not in every_byte(city).replace(key.read_text(), "")


def test_check_tells_nothing_personal_and_keeps_nothing(city: DataFolder, tmp_path: Path) -> None:
    before = every_byte(city)
    result = check_files(city, STANDARD, [write(tmp_path, "tickets.csv", [ticket(1, staff_id=PHONE)])], now=NOW)
    assert result.reasons == {"tickets": {"personal:staff_id": 1}}
    assert every_byte(city) == before


def test_a_message_is_masked() -> None:
    assert masked(f"文件 {PHONE}.csv 和 {ID}") == "文件 ***.csv 和 ***"
    assert os.fspath(Path("tickets-20261012.csv")) == masked("tickets-20261012.csv")


def test_a_ticket_or_case_number_is_no_personal_number(city: DataFolder, tmp_path: Path) -> None:
    number = "330102202610120001"
    bring(city, write(tmp_path, "cases.csv", [case(project_no=number)]))
    bring(city, write(tmp_path, "tickets.csv", [ticket(ticket_id="20261012000000001234", ticket_no="1234")]))
    assert ids(city, "cases") == [number]
    assert ids(city, "tickets") == ["20261012000000001234"]
