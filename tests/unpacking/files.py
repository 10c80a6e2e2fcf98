"""Files of every kind that is unpacked, made of the parts that real ones have."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from xml.sax.saxutils import escape

import pypdf
import typst
from pypdf.generic import DecodedStreamObject, NameObject

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
V = 'xmlns:v="urn:schemas-microsoft-com:vml"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ODF = 'xmlns:office="urn:o" xmlns:text="urn:t" xmlns:table="urn:tab" xmlns:style="urn:s"'
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def zipped(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def tarred(members: Mapping[str, bytes | str], how: int = tarfile.PAX_FORMAT, **headers: str) -> bytes:
    """Return a tar archive; `headers` are said of each member beside its name."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=how) as archive:
        for name, content in members.items():
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size, member.pax_headers = len(data), headers
            archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


def runs(*texts: str) -> str:
    """Return a paragraph of Word whose text is divided into runs, as a check of spelling leaves it."""
    inner = '<w:proofErr w:type="spellStart"/>'.join(
        f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' for text in texts
    )
    return f"<w:p><w:pPr><w:jc/></w:pPr>{inner}</w:p>"


def docx(
    *paragraphs: str,
    header: str = "",
    more: Mapping[str, bytes | str] | None = None,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": "<Relationships/>",
            "word/document.xml": f"<w:document {W}><w:body>{''.join(paragraphs)}</w:body></w:document>",
            "word/header1.xml": f"<w:hdr {W} {V}>{header}</w:hdr>",
            "docProps/thumbnail.jpeg": b"\xff\xd8\xff" + b"\0" * 20,
            **(more or {}),
        },
        method,
    )


def xlsx(*strings: str, heading: str = "", sheet: str = "Лист1") -> bytes:
    shared = "".join(
        f"<si>{''.join(f'<r><t>{escape(one)}</t></r>' for one in text.split('|'))}</si>" for text in strings
    )
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "xl/workbook.xml": f'<workbook {S}><sheets><sheet name="{escape(sheet)}"/></sheets></workbook>',
            "xl/sharedStrings.xml": f"<sst {S}>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet {S}><sheetData><row><c><v>1</v></c></row></sheetData>"
            f"<headerFooter><oddHeader>{escape(heading)}</oddHeader></headerFooter></worksheet>",
        }
    )


def pptx(*paragraphs: str) -> bytes:
    inner = "".join(
        f"<a:p>{''.join(f'<a:r><a:rPr/><a:t>{escape(one)}</a:t></a:r>' for one in text.split('|'))}</a:p>"
        for text in paragraphs
    )
    return zipped(
        {"[Content_Types].xml": TYPES, "ppt/slides/slide1.xml": f"<p:sld xmlns:p='urn:p' {A}>{inner}</p:sld>"}
    )


def odf(*paragraphs: str, kind: str = "text", header: str = "", manifest: str = "<manifest/>") -> bytes:
    inner = "".join(
        f"<text:p>{''.join(f'<text:span>{escape(one)}</text:span>' for one in text.split('|'))}</text:p>"
        for text in paragraphs
    )
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document {ODF}><office:body>{inner}</office:body></office:document>",
            "styles.xml": f"<office:styles {ODF}><style:header><text:p>{escape(header)}</text:p></style:header>"
            "</office:styles>",
            "META-INF/manifest.xml": manifest,
        }
    )


def rtf(text: str, *, header: str = "", box: str = "", mark: str = "") -> bytes:
    """Return an RTF file: its text in Windows-1251, its header by the numbers of characters, a box, a watermark."""
    plain = "".join(f"\\'{byte:02x}" for byte in text.encode("cp1251"))
    named = "".join(f"\\u{ord(char)}?" for char in header)
    return (
        r"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fnil\fcharset204 Times;}}{\stylesheet{\s1 Secret;}}"
        r"{\info{\title "
        "x}}"
        r"{\header\pard\f0 " + named + r"\par}\f0 " + plain.replace("\\'0a", "\\par ") + r"\par"
        r"{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv " + mark + r"}}{\shptxt " + box + r"\par}}}"
        "}"
    ).encode("cp1251")


def pdf(text: str, *, password: str = "", title: str = "", attached: Mapping[str, bytes] | None = None) -> bytes:
    """Return a PDF of pages set by typst, written anew with what is asked for."""
    made = typst.compile(("\\\n".join(text.split("\n")) or " ").encode(), format="pdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(made if isinstance(made, bytes) else made[0]))
    if title:
        writer.add_metadata({"/Title": title})
    for name, content in (attached or {}).items():
        writer.add_attachment(name, content)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def endless_pdf() -> bytes:
    """Return a PDF whose page draws itself again and again, with a stream that unpacks to very much."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(100, 100)
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf (a) Tj ET\n" * 3_000_000)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def eml(text: str, *, subject: str = "Письмо", html: str = "", attached: Mapping[str, bytes] | None = None) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message.set_content(text, cte="base64")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    for name, content in (attached or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()
