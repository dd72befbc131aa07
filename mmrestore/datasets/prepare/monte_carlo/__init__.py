"""Test sets with the noise of Monte Carlo rendering."""

from mmrestore.datasets.prepare.monte_carlo.layout import folder_name, tone_map
from mmrestore.datasets.prepare.monte_carlo.mitsuba_renderer import MitsubaRenderer
from mmrestore.datasets.prepare.monte_carlo.plan import RenderSettings
from mmrestore.datasets.prepare.monte_carlo.published import convert_published, read_exr
from mmrestore.datasets.prepare.monte_carlo.render import render_set
from mmrestore.datasets.prepare.monte_carlo.scenes import draw_scene

__all__ = [
    'MitsubaRenderer',
    'RenderSettings',
    'convert_published',
    'draw_scene',
    'folder_name',
    'read_exr',
    'render_set',
    'tone_map',
]
