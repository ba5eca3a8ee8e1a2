"""How the app looks: its theme and where its style sheet is. Knows no screen.

The fonts are those of the visitor's machine: nothing is fetched from anywhere.
"""

from pathlib import Path

import gradio as gr

__all__ = ["STYLE_SHEET", "theme"]

STYLE_SHEET = Path(__file__).parents[2] / "assets" / "style.css"
_FONTS = ("Inter", "ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


def theme() -> gr.themes.Base:
    """Quiet greys, one accent, soft corners."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        secondary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        spacing_size=gr.themes.sizes.spacing_md,
        text_size=gr.themes.sizes.text_md,
        font=_FONTS,
        font_mono=_MONO,
    ).set(
        body_background_fill="#f6f7f9",
        body_background_fill_dark="#0e1117",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#161b24",
        background_fill_secondary="#f1f3f6",
        background_fill_secondary_dark="#1c2330",
        block_background_fill="#ffffff",
        block_background_fill_dark="#161b24",
        block_border_color="#dfe3ea",
        block_border_color_dark="#2a3342",
        border_color_primary="#dfe3ea",
        border_color_primary_dark="#2a3342",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
        block_info_text_color="#556074",
        block_info_text_color_dark="*neutral_400",
        body_text_color_subdued="#556074",
        body_text_color_subdued_dark="#a3aec0",
        block_shadow="none",
        input_background_fill="#ffffff",
        input_background_fill_dark="#10151d",
        input_border_width="1px",
        input_border_color="#cdd3de",
        input_border_color_dark="#364154",
        table_odd_background_fill="#ffffff",
        table_odd_background_fill_dark="#161b24",
        table_even_background_fill="#f8f9fb",
        table_even_background_fill_dark="#1a202b",
        table_border_color="#dfe3ea",
        table_border_color_dark="#2a3342",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_large_text_weight="600",
    )
