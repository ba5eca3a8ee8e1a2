"""Bytes in every encoding that is read or guessed, and the words about those in none."""

import pytest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"text,label\na,\x81\x8d\n",
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 14); save it as UTF-8",
        ),
        (
            "text,label\nпривет всем,да\n".encode("koi8-r"),
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 12); save it as UTF-8",
        ),
        (
            "text,label\ncafé,a\n".encode() + b"caf\xe9,b\n",
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 23); save it as UTF-8",
        ),
        (
            b"\xff\xfea\x00,\x00\n\xd8",
            "'x.csv' holds bytes that are text in no supported encoding (first at byte 7); save it as UTF-8",
        ),
        (
            b"a,b\nc,\x00d\n",
            "'x.csv' holds a NUL character in line 2, so it is not a plain text file; save it as UTF-8 text",
        ),
    ],
)
def test_what_is_no_text_is_refused_with_these_words(refusal, content, message):
    assert refusal(content) == message


@pytest.mark.parametrize(
    ("content", "encoding", "bom"),
    [
        ("text,label\ncafé,a\n".encode(), "utf-8", False),
        ("text,label\ncafé,a\n".encode("utf-8-sig"), "utf-8", True),
        ("text,label\ncafé,a\n".encode("utf-16"), "utf-16-le", True),
        (b"\xfe\xff" + "text,label\ncafé,a\n".encode("utf-16-be"), "utf-16-be", True),
        ("text,label\ncafé,a\n".encode("utf-32"), "utf-32-le", True),
    ],
)
def test_encodings_that_are_certain(read, content, encoding, bom):
    table = read(content)
    assert (table.encoding, table.bom, table.notes) == (encoding, bom, ())
    assert table.columns == ["text", "label"]
    assert table.rows == [{"text": "café", "label": "a"}]


GUESSED = {
    "utf-16-le": "Fast and good. Slow and café.",
    "utf-16-be": "Fast and good. Slow and café.",
    "windows-1252": "Très bon produit, livraison rapide à la maison. Mauvaise qualité, déçu par le délai.",
    "windows-1250": "Bardzo dobry produkt, szybka dostawa i świetna jakość. Zła jakość, długo czekałem na przesyłkę.",
    "windows-1251": "Отличный товар, доставка быстрая, всем советую. Плохое качество и долгая доставка.",
    "koi8_r": "Отличный товар, доставка быстрая, всем советую. Плохое качество и долгая доставка.",
    "windows-1253": "Πολύ καλό προϊόν και γρήγορη παράδοση. Κακή ποιότητα και αργή παράδοση.",
    "cp932": "とても良い商品です。配送も早かったです。品質が悪いです。がっかりしました。",
    "euc_jp": "とても良い商品です。配送も早かったです。品質が悪いです。がっかりしました。",
    "gb18030": "商品非常好，物流很快，推荐购买。质量很差，等了很久才到。",
    "big5": "商品非常好，物流很快，推薦購買。品質很差，等了很久才到。",
    "cp949": "정말 좋은 상품입니다 배송도 빨라요. 품질이 나쁘고 배송이 느려요.",
}


@pytest.mark.parametrize("encoding", GUESSED)
def test_encodings_that_are_guessed(read, encoding):
    text = GUESSED[encoding]
    table = read(f'text,label\n"{text}",a\n'.encode(encoding))
    assert (table.encoding, table.bom) == (encoding, False)
    assert table.notes == (
        f"The encoding was guessed to be {encoding}: check accented letters, else save the file as UTF-8.",
    )
    assert table.row(0) == {"text": text, "label": "a"}


@pytest.mark.parametrize("text", ["café", "na\xefve 100 €", "El año pasado"])
def test_few_accents_are_western(read, text):
    assert read(f"text,label\n{text},a\n".encode("cp1252")).column("text") == [text]


def test_a_fault_far_into_the_file_is_found(refusal, read):
    long = b"text,label\n" + b"a,b\n" * 600_000
    assert read(long + "é,b\n".encode()).column("text")[-1] == "é"
    assert "(first at byte 2,400,012)" in refusal(long + b"\x81\x8d,b\n")
    assert "NUL character in line 600,002," in refusal(long + b"\0,b\n")
