"""A chart's specification as a picture: colours, fonts, SVG and PNG. Knows no run and nothing of what a chart says.

vl-convert draws without a browser and without a network. The fonts are metric twins of each other, and the first is
the one that vl-convert brings along, so that a text is as wide in every viewer as it was measured.
"""

from dataclasses import dataclass
from typing import Any

__all__ = ["DARK", "FONT", "LIGHT", "Chart", "Palette", "png", "svg"]

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_PNG_SCALE = 2


@dataclass(frozen=True)
class Palette:
    """Colours by what they mean, as the style sheet has them."""

    paper: str
    ink: str
    soft: str
    line: str
    even: str
    better: str
    worse: str


LIGHT = Palette("#ffffff", "#172033", "#556074", "#dfe3ea", "#6b7589", "#0b6b5e", "#b3400e")
DARK = Palette("#161b24", "#eef1f6", "#a3aec0", "#2a3342", "#a3aec0", "#5ad1bd", "#ff9d6b")


@dataclass(frozen=True)
class Chart:
    """One chart in one palette."""

    name: str
    """Of its files."""
    says: str
    """The same in words, for whoever does not see it."""
    specification: Any
    """An Altair chart."""
    palette: Palette


def svg(chart: Chart) -> str:
    """The chart as the text of an SVG file."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(chart.specification.to_dict(), config=_config(chart.palette))
    return drawn


def png(chart: Chart) -> bytes:
    """The chart as a PNG of twice its size, for sharp slides."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(
        chart.specification.to_dict(), scale=_PNG_SCALE, config=_config(chart.palette)
    )
    return drawn


def _config(palette: Palette) -> dict[str, Any]:
    """How every chart looks."""
    words = {"labelColor": palette.soft, "titleColor": palette.soft, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": palette.paper,
        "font": FONT,
        "padding": 14,
        "view": {"stroke": None},
        "axis": {**words, "gridColor": palette.line, "domainColor": palette.line, "tickColor": palette.line}
        | {"titleFontWeight": "normal", "labelLimit": 320, "titlePadding": 8},
        "title": {"color": palette.ink, "fontSize": 15, "fontWeight": 600, "anchor": "start", "offset": 12}
        | {"subtitleColor": palette.soft, "subtitleFontSize": 12, "subtitlePadding": 5},
        "text": {"color": palette.ink, "fontSize": 12},
    }
