"""A visualizer that loads Matplotlib when something is drawn."""

from __future__ import annotations

from typing import Any

from mmengine.visualization import Visualizer as _Visualizer

from mmrestore.registry import VISUALIZERS


class _NoFigure:
    """The figure while the visualizer is being made, which asks for its resolution."""

    def get_dpi(self) -> None:
        """Return no resolution: nothing has been drawn."""


class _Drawn:
    """An attribute of the figure, its canvas or its axes, which are made at the first access.

    What MMEngine assigns is ignored.
    """

    def __init__(self, place: int) -> None:
        self.place = place

    def __get__(self, visualizer: Visualizer, owner: type) -> Any:
        return visualizer.drawn()[self.place]

    def __set__(self, visualizer: Visualizer, value: Any) -> None: ...


@VISUALIZERS.register_module()
class Visualizer(_Visualizer):
    """MMEngine's visualizer, which makes its figure when it is first used.

    Writing images and scalars needs no figure, and Matplotlib takes half a second to load.
    """

    fig_save_canvas = _Drawn(0)
    fig_save = _Drawn(1)
    ax_save = _Drawn(2)

    _figure: tuple[Any, Any, Any] | None = None
    _figure_settings: dict[str, Any] | None = None

    def drawn(self) -> tuple[Any, Any, Any]:
        """Return the canvas, the figure and the axes that images are drawn on."""
        if 'dpi' not in vars(self):
            return None, _NoFigure(), None
        if self._figure is None:
            self._figure = super()._initialize_fig(self._figure_settings)
            self.dpi = self._figure[1].get_dpi()
        return self._figure

    def _initialize_fig(self, fig_cfg: dict) -> tuple:
        if self._figure_settings is not None:  # the figure of a window
            return super()._initialize_fig(fig_cfg)
        self._figure_settings = fig_cfg
        return self.drawn()
