"""Pictures and their captions."""

from collections.abc import Sequence

from demo_site.markup.pen import Pen
from panan_spider.items import ImageBlock

_CENTRE = (' align="center"', ' style="text-align: center;"', ' style="TEXT-ALIGN: center" class="pic"')


def centre(pen: Pen) -> str:
    """An attribute that centres, with a blank before it."""
    return pen.dice.choice(_CENTRE)


def line_end(pen: Pen) -> str:
    """End of a line in a body whose lines are separated by `<br>` alone."""
    return "<br>\n" if pen.markup.body == "br1" else "<br />\n<br />\n"


def picture(pen: Pen, image: ImageBlock) -> str:
    """The `<img>` alone."""
    host, _slashes, path = image.url.removeprefix("http://").partition("/")
    where = f"/{path}"
    folder = pen.record.url.rpartition("/")[0]
    if image.url.startswith(folder + "/"):
        where = "./" + image.url.removeprefix(folder + "/")
    how = pen.markup.image_source
    if host not in pen.record.url or how == "absolute":
        where = image.url
    alt = {
        "none": "", "empty": ' alt=""', "picture": ' alt="图片"', "title": f' alt="{pen.record.title[:6]}"', "leftover": ' alt="图片"',
    }[pen.markup.alt]  # fmt: skip
    if how in ("data-src", "data-original"):
        return f'<img {how}="{where}" data-ratio="0.66" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="{alt}>'
    return f'<img src="{where}" width="550" height="367" border="0"{alt} />'


def boxed(pen: Pen, inner: str, *, flow: bool) -> str:
    """A picture (and what stands with it) in a block of its own."""
    how = pen.markup.image_box
    if how == "div":
        return f'<div class="pic">{inner}</div>\n'
    if how == "table":
        return f'<table border="0" align="center"><tbody><tr><td>{inner}</td></tr></tbody></table>\n'
    if how == "figure":
        return f"<figure>{inner}</figure>\n"
    if how == "p":
        return f"<p>{pen.indent}{inner}</p>\n"
    if how in ("bare", "joined") and flow:
        return f"{inner}<br>\n"
    if how == "link" and "<br" not in inner:
        return f'<p{centre(pen)}><a href="/pic/big.html" target="_blank">{inner}</a></p>\n'
    return f"<p{centre(pen)}>{inner}</p>\n"


def leftover(pen: Pen) -> str:
    """The alternative text that a paste leaves behind as a paragraph."""
    return "<p>图片</p>\n" if pen.markup.alt == "leftover" else ""


def caption_line(pen: Pen, caption: str, *, flow: bool) -> str:
    """A caption as a line of its own, below its picture."""
    how = pen.markup.captions
    words = pen.plain(caption)
    if how == "marked":
        words = "▲" + words
    if how in ("centred", "grouped"):
        return _centred_line(pen, words)
    return words + line_end(pen) if flow else f"<p>{words}</p>\n"


def _centred_line(pen: Pen, words: str) -> str:
    return {
        "attribute": f"<p{centre(pen)}>{words}</p>\n",
        "centre": f"<center>{words}</center>\n",
        "style": f'<div style="text-align:center;text-indent:0">{words}</div>\n',
        "grey": f'<p style="text-align: center"><span style="color: #888; font-size: 12px">{words}</span></p>\n',
    }[pen.markup.caption_look]


def captioned(pen: Pen, image: ImageBlock, *, flow: bool) -> str:
    """One picture with its caption, as the choices have it. `flow`: the body's lines are parted by `<br>` alone."""
    inner, how = picture(pen, image), pen.markup.captions
    if image.caption is None:
        return leftover(pen) + boxed(pen, inner, flow=flow)
    words = pen.plain(image.caption)
    if pen.markup.image_box == "figure" and how in ("centred", "same"):
        return f"<figure>{inner}<figcaption>{words}</figcaption></figure>\n"
    if pen.markup.image_box == "table" and how in ("centred", "same"):
        return (
            f'<table border="0" align="center" width="400"><tr><td align="center">{inner}</td></tr>'
            f'<tr><td align="center">{words}</td></tr></table>\n'
        )
    if how == "same":
        return f"<p{centre(pen)}>{inner}<br />\n{words}</p>\n"
    if how == "same_plain":
        return f"{inner}<br>\n{words}{line_end(pen)}" if flow else f"<p>{inner}<br>{words}</p>\n"
    return leftover(pen) + boxed(pen, inner, flow=flow) + caption_line(pen, image.caption, flow=flow)


def run_of_pictures(pen: Pen, images: Sequence[ImageBlock], *, flow: bool) -> str:
    """Pictures that stand directly one after the other."""
    captions = [image.caption for image in images if image.caption]
    if pen.markup.captions != "grouped" or len(captions) < len(images) or len(images) < 2:
        return "".join(captioned(pen, image, flow=flow) for image in images)
    if len(images) == 2 and pen.markup.image_box == "table":
        return (
            '<table border="0" width="100%"><tr>' + "".join(f"<td>{picture(pen, image)}</td>" for image in images) + "</tr><tr>"
            + "".join(f'<td align="center">{pen.plain(caption)}</td>' for caption in captions) + "</tr></table>\n"
        )  # fmt: skip
    lines = "".join(caption_line(pen, caption, flow=flow) for caption in captions)
    return "".join(boxed(pen, picture(pen, image), flow=flow) for image in images) + lines
