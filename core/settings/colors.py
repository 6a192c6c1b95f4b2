"""The palette: the colours of Okabe and Ito (2008), told apart by colour-blind readers too."""

from __future__ import annotations

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
VERMILLION, SKY, GREY, PALE = "#D55E00", "#56B4E9", "#8C8C8C", "#F2F2F2"
