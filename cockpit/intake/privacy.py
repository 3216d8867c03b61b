"""People's data: ids and phone numbers become keyed hashes or are masked before anything is kept."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import polars as pl

from cockpit.errors import StorageError

KEY_VARIABLE = "COCKPIT_HMAC_KEY"
KEY_BYTES = 32
MASK = "***"

#: A hash that this or another installation has already made.
_HASHED = r"^(?:[0-9a-f]{64}|[0-9a-f]{32})$"
_D = "[0-9０-９]"
#: What people put between the groups of a number: spaces, hyphens and dashes, dots, marks without any width.
_S = r"[ \u00a0\u3000.·\-\u2010-\u2015\u2212－\u200b-\u200d\u2060]?"
_X = "[0-9０-９XxＸｘ]"
#: In free text: any run of seven digits or more; eleven digits of a mobile number and eighteen of an id, however they
#: are grouped; a fixed line with its area code, or in two groups of four.
_FREE_TEXT = (
    rf"[1-9１-９](?:{_S}{_D}){{16}}{_S}{_X}"
    rf"|[1１]{_S}[3-9３-９](?:{_S}{_D}){{9}}"
    rf"|[0０]{_D}{{2,3}}{_S}{_D}{{3,4}}{_S}{_D}{{4}}"
    rf"|[3-8３-８]{_D}{{3}}[ \-－]{_D}{{4}}"
    rf"|{_D}{{7,}}[XxＸｘ]?"
)
_MOBILE = rf"(?:[+＋]?[8８][6６]{_S})?[1１][3-9３-９]{_D}{_S}{_D}{{4}}{_S}{_D}{{4}}"
_MONTH_AND_DAY = rf"(?:[0０][1-9１-９]|[1１][0-2０-２]){_S}(?:[0０][1-9１-９]|[12１２]{_D}|[3３][01０１])"
#: Resident id: region, date of birth, serial number, check digit.
_ID = rf"[1-9１-９]{_D}{{5}}{_S}(?:[1１][9９]{_D}{{2}}|[2２][0０][0-2０-２]{_D}){_S}{_MONTH_AND_DAY}{_S}{_D}{{3}}{_X}"
#: As a case number may look like an id born lately, only grown-ups' ids count where identifiers are expected.
_GROWN_UP_ID = _ID.replace("[0-2０-２]" + _D, "[0０]" + _D, 1)
_WHOLE = rf"^\s*(?:{_MOBILE}|{_GROWN_UP_ID})\s*$"
_WITHIN = rf"(^|[^0-9０-９])(?:{_MOBILE}|{_ID})($|[^0-9０-９])"


class Hasher:
    """Turns a person's id or phone number into the same unreadable value each time, by this installation's key.

    Args:
        key: secret of the installation; without it nobody can try out ids.
    """

    def __init__(self, key: bytes) -> None:
        """Keep the key."""
        self._key = key

    @property
    def fingerprint(self) -> str:
        """Tells whether the key is still the same without giving it away."""
        return hmac.digest(self._key, b"fingerprint", "sha256").hex()[:16]

    def hashed(self, values: pl.Series) -> pl.Series:
        """HMAC-SHA256 of every value in hexadecimal; empty stays empty, what is such a hash already stays as it is."""
        text = values.cast(pl.String)
        plain = text.filter(~text.str.contains(_HASHED)).unique().to_list()
        if not plain:
            return text
        made = [hmac.digest(self._key, value.strip().upper().encode(), hashlib.sha256).hex() for value in plain]
        return text.replace(pl.Series(plain, dtype=pl.String), pl.Series(made, dtype=pl.String))


def load_hasher(data_dir: Path, *, create: bool) -> Hasher:
    """The installation's hasher: key from COCKPIT_HMAC_KEY, else from the data folder, made there at first use.

    Args:
        data_dir: data folder of the city.
        create: keep a new key; without it a key is made up for this run alone (`check` stores nothing).

    Raises:
        StorageError: the key cannot be read or kept.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given:
        return Hasher(given.encode())
    path = data_dir / "secrets" / "hmac.key"
    try:
        if path.is_file():
            return Hasher(bytes.fromhex(path.read_text(encoding="ascii").strip()))
        key = secrets.token_bytes(KEY_BYTES)
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(key.hex() + "\n")
        return Hasher(key)
    except FileExistsError:
        return load_hasher(data_dir, create=create)
    except (OSError, ValueError) as error:
        raise StorageError(
            f"散列密钥 {path} 读不出来或写不进去（{error}）；请检查该文件及其权限，不要删除它，否则旧记录对不上人。"
        ) from error


def masked_text(text: pl.Expr) -> pl.Expr:
    """Free text of people with every run of digits masked that could be an id or a phone number."""
    return text.str.replace_all(_FREE_TEXT, MASK)


def masked_cell(text: pl.Expr) -> pl.Expr:
    """A cell of a refused row with ids and phone numbers masked; other numbers stay, so that the row can be found."""
    once = text.str.replace_all(_WITHIN, f"${{1}}{MASK}${{2}}")
    return once.str.replace_all(_WITHIN, f"${{1}}{MASK}${{2}}")  # neighbours share the character between them


def is_personal(text: pl.Expr) -> pl.Expr:
    """Whether a whole value is a mobile number or a grown-up's id, where an identifier of a thing is expected."""
    return text.str.contains(_WHOLE)


def masked(message: str) -> str:
    """A message or file name with ids and phone numbers masked, for logs and for people."""
    return str(pl.Series([message]).to_frame("m").select(masked_cell(pl.col("m"))).item())
