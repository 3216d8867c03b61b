"""What the check before sending finds: a report is put together wrongly on purpose."""

from dataclasses import replace

from cockpit.report.check import faults, pages
from cockpit.report.model import Chapter, Chart, Name, Paragraph, Report, Section, Series
from cockpit.report.typeset import pdf
from tests.report import sample


def with_block(block: Paragraph | Chart) -> Report:
    whole = sample.report()
    return replace(whole, chapters=(*whole.chapters, Chapter("补充", (Section("", (block,)),))))


def test_a_sound_report_may_be_sent() -> None:
    made = pdf(sample.report(), 1)
    assert faults(sample.report(), made) == ()
    assert pages(made) > 10


def test_a_sentence_that_is_not_printed_is_found() -> None:
    more = with_block(Paragraph((sample.say("这一句没有印出来。"),)))
    assert any("没有完整印出来" in fault for fault in faults(more, pdf(sample.report(), 1)))


def test_a_number_that_no_figure_stands_for_is_found_however_small() -> None:
    stray = sample.small("东区", sample.say("另有 {n}。", n=sample.figure("另有", 7, "件")))
    assert any("没有出处的数字：7；" in fault for fault in faults(sample.small("东区"), pdf(stray, 1)))


def test_a_figure_that_is_not_printed_is_found() -> None:
    more = with_block(Paragraph((sample.say("另有 {n}。", n=sample.figure("另有", 987_654, "件")),)))
    assert any("987,654" in fault for fault in faults(more, pdf(sample.report(), 1)))


def test_a_number_is_not_found_inside_another() -> None:
    more = with_block(Paragraph((sample.say("另有 {n}。", n=sample.figure("另有", 87_654, "件")),)))
    printed = with_block(Paragraph((sample.say("另有 {n}。", n=sample.figure("另有", 987_654, "件")),)))
    assert any("没有印出来，例如另有 87,654" in fault for fault in faults(more, pdf(printed, 1)))


def test_a_drawing_that_is_only_listed_is_found() -> None:
    chart = Chart("more", "bars", "补充的图", "条形图。", "件", ("甲厅", "乙厅"), (Series("件", (3.0, 7.0)),))
    named = with_block(Paragraph((sample.say("见补充的图，补充的图略。"),)))
    assert any("补充的图" in fault for fault in faults(with_block(chart), pdf(named, 1)))
    assert faults(with_block(chart), pdf(with_block(chart), 1)) == ()


def test_words_of_a_program_are_found_even_where_a_name_holds_them() -> None:
    def named(words: str) -> Report:
        hall = sample.say("{hall}。" + words, hall=Name("Finance None 大厅"))
        return with_block(Paragraph((hall,)))

    assert faults(named(""), pdf(named(""), 1)) == ()
    assert any("nan" in fault for fault in faults(named(""), pdf(named("nan"), 1)))


def test_words_of_a_program_are_found() -> None:
    stray = with_block(Paragraph((sample.say("等候时间为 nan，None。"),)))
    found = faults(sample.report(), pdf(stray, 1))
    assert any("不该有的外文" in fault and "nan" in fault and "None" in fault for fault in found)


def test_a_chart_without_data_is_found() -> None:
    chart = Chart("none", "bars", "没有数据的图", "无。", "件", ("一",), (Series("件", (None,)),))
    assert any("没有数据的图" in fault for fault in faults(with_block(chart), pdf(with_block(chart), 1)))


def test_a_letter_that_the_typefaces_lack_is_told_but_not_a_picture() -> None:
    rare = with_block(Paragraph((sample.say("{hall}。", hall=Name("𠮷祥大厅🙂")),)))
    (fault,) = faults(rare, pdf(rare, 1))
    assert "𠮷" in fault and "🙂" not in fault


def with_foreign_fonts() -> bytes:
    """A page of three lines by hand: fonts that every reader brings along, the last of them inside a drawing."""
    page = b"BT /A 12 Tf 40 700 Td (A page) Tj /B 12 Tf 0 -40 Td (of text) Tj ET /Drawing Do"
    drawn = b"BT /C 12 Tf 40 500 Td (and a drawing) Tj ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/%s>>"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</A 6 0 R/B 7 0 R>>/XObject<</Drawing 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</C 8 0 R>>>>"
        b"/Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        *(font % name for name in (b"Helvetica", b"Courier", b"Times-Roman")),
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, part) for number, part in enumerate(parts, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R/Size 9>>\n%%EOF\n"


def test_fonts_that_the_file_does_not_bring_along_are_found_in_drawings_too() -> None:
    told = [fault for fault in faults(sample.report(), with_foreign_fonts()) if "没有嵌入" in fault]
    assert [fault.split()[1] for fault in told] == ["Helvetica", "Courier", "Times-Roman"]


def test_a_file_that_is_no_pdf_is_one_fault() -> None:
    assert faults(sample.report(), b"nothing") == ("PDF 文件打不开；请重新生成。",)
