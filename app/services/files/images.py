"""Pictures, drawn anew: nothing of the file that came is kept but what can be seen.

Runs in the child process alone (see child.py), which bounds its memory and its time.
"""

import warnings
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from app.services.files.kinds import HEAD_BYTES, JPEG, PNG, picture_format
from app.services.files.parts import CONTENT, THUMBNAIL
from app.services.files.refusals import Unreadable

PIXELS_MAX = 50_000_000
SIDE = 2_000
"""Endpoints refuse a request with a longer one, or scale it down themselves."""
TYPES_DRAWN = {"JPEG": JPEG, "PNG": PNG}
THUMBNAIL_SIDE = 256
RATIO_MAX = 200
"""Vision models refuse longer strips, and scaled down nothing of one could be seen."""
QUALITY, THUMBNAIL_QUALITY = 85, 80
PNG_BYTES_MAX = 1_000_000
"""A picture one can see through stays so where that is small; else it is set on white."""
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def redraw(source: Path, folder: Path, is_drawn: bool = False) -> dict[str, Any]:
    """Write the picture and its thumbnail; Unreadable where it cannot be drawn. One that is drawn
    already stays as it is: a JPEG loses something each time."""
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with source.open("rb") as file:
        format = picture_format(file.read(HEAD_BYTES))
    if format == "HEIF":
        import pillow_heif  # noqa: PLC0415 - 26 MB, for this format alone

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    with Image.open(source, formats=[format or ""]) as opened:
        picture = _drawn(opened)
    content, type = _encoded(picture)
    if is_drawn and format in TYPES_DRAWN:
        content, type = source.read_bytes(), TYPES_DRAWN[format]
    (folder / CONTENT).write_bytes(content)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    (folder / THUMBNAIL).write_bytes(_as_png(small) if type == PNG else _as_jpeg(small, small=True))
    return {"type": type, "width": picture.width, "height": picture.height}


def square(source: Path, format: str, side_max: int, side: int) -> bytes:
    """The middle of a picture as WebP; Unreadable where one of its sides is too long. That is
    looked at before anything is decoded."""
    Image.MAX_IMAGE_PIXELS = side_max * side_max
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(source, formats=[format]) as opened:
        if max(opened.size) > side_max:
            raise Unreadable
        picture = _drawn(opened)
    shorter = min(picture.size)
    left, top = (picture.width - shorter) // 2, (picture.height - shorter) // 2
    middle = (left, top, left + shorter, top + shorter)
    small = picture.resize((side, side), Image.Resampling.LANCZOS, box=middle, reducing_gap=2.0)
    made = BytesIO()
    small.save(made, "WEBP", quality=QUALITY)
    return made.getvalue()


def _drawn(opened: Image.Image) -> Image.Image:
    """What is seen of a picture: the right way up, in few enough pixels, and nothing else of it."""
    longer, shorter = max(opened.size), min(opened.size)
    if longer > shorter * RATIO_MAX:
        raise Unreadable
    orientation = profile = None
    with suppress(Exception):  # a broken note about a picture spoils no picture
        orientation = opened.getexif().get(ORIENTATION)
    with suppress(Exception):
        profile = opened.info.get("icc_profile")
    scale = min(1.0, SIDE / longer)
    size = (max(1, round(opened.width * scale)), max(1, round(opened.height * scale)))
    opened.draft(None, size)
    picture = _in_colours(opened)
    if picture.size == size:
        picture = picture.copy()  # of the pixels alone
    else:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if orientation in TURNS:
        picture = picture.transpose(TURNS[orientation])
    if profile and b"sRGB" not in profile:
        picture = _as_on_screens(picture, profile)
    picture.info = {}
    return picture


def _in_colours(opened: Image.Image) -> Image.Image:
    opened.load()
    if opened.mode.startswith("I;16") or opened.mode == "I":
        opened = opened.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    see_through = "A" in opened.getbands() or "transparency" in opened.info
    mode = "RGBA" if see_through else "RGB"
    return opened if opened.mode == mode else opened.convert(mode)  # a copy may be 200 MB


def _as_on_screens(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture in sRGB; as it is where its profile makes no sense."""
    with suppress(Exception):
        from PIL import ImageCms  # noqa: PLC0415 - few pictures have a profile that matters

        colours = picture.convert("RGB")
        there, here = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        changed = ImageCms.profileToProfile(colours, there, here, outputMode="RGB")
        if changed is not None and picture.mode == "RGBA":
            changed.putalpha(picture.getchannel("A"))
        return changed or picture
    return picture


def _encoded(picture: Image.Image) -> tuple[bytes, str]:
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] != 255:
        content = _as_png(picture)
        if len(content) <= PNG_BYTES_MAX:
            return content, PNG
    return _as_jpeg(picture), JPEG


def _as_png(picture: Image.Image) -> bytes:
    made = BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()


def _as_jpeg(picture: Image.Image, small: bool = False) -> bytes:
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    made = BytesIO()
    picture.save(made, "JPEG", quality=THUMBNAIL_QUALITY if small else QUALITY)
    return made.getvalue()
