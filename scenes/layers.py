"""The numbers of the textures that every street has; a street's own signs follow them."""

from enum import IntEnum


class Layer(IntEnum):
    """One layer of the texture array each, painted by scenes.textures under the same name."""

    GRAIN = 0
    PLASTER = 1
    TILES = 2
    BRICK = 3
    SHUTTER = 4
    WOOD = 5
    STRIPES = 6
    FRUIT = 7
    GREENS = 8
    CARDBOARD = 9
    CRINKLE = 10
    CLOTH = 11
    GRILLE = 12
    WINDOW = 13
    WINDOW_CURTAIN = 14
    CONCRETE = 15
    SHELVES = 16
    SHELVES_BOTTLES = 17
    CLOTHES = 18
    PACKETS = 19
    BARK = 20
    FOLIAGE = 21
    WOVEN = 22
    TRASH = 23
    FIRST_OF_STREET = 24


GROUND = 254
