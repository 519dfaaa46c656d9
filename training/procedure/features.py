"""A text to its hashed features, as crates/plenary-measure/src/procedure/features.rs computes them.

Only the standard library. `features(text)` returns for each block the sorted buckets of its features."""

SEPARATORS = set(".,;:!?…\"“”„«»‹›()[]{}<>/\\|*_=~#–—¿¡。，、？！：；「」『』（）《》〈〉·．｡､؟،؛।॥\u060c\u061b")
PIECES = (2, 3, 4)
WORD_CLASSES = (1, 2, 3, 4, 6, 9, 14, 24)
CHARACTER_CLASSES = (4, 8, 12, 18, 30, 50, 80, 140)
BLOCKS = ("words", "pairs", "pieces", "shape")
TAGS = {"words": b"w", "pairs": b"p", "pieces": b"c", "shape": b"s"}
# Unicode White_Space, which Rust's char::is_whitespace follows; str.isspace has four separators of ASCII more.
WHITE = set("\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000")
MASK = (1 << 64) - 1
_known = {}


def hashed(tag, name):
    """FNV-1a with 64 bits, folded."""
    key = (tag, name)
    if key not in _known:
        value = 0xCBF29CE484222325
        for byte in tag + name.encode("utf-8"):
            value = ((value ^ byte) * 0x100000001B3) & MASK
        _known[key] = value ^ (value >> 32)
    return _known[key]


def words_of(plain):
    words, word = [], []
    for c in plain:
        if c in WHITE or c in SEPARATORS:
            if word:
                words.append("".join(word))
                word = []
        else:
            word.append(c)
    if word:
        words.append("".join(word))
    return words


def names(text):
    plain = "".join("0" if "0" <= c <= "9" else c for c in text.lower().replace("\u2019", "'"))
    words = words_of(plain)
    marked = ["^", *words, "$"]
    pieces = []
    for word in words:
        padded = f" {word} "
        for n in PIECES:
            pieces += [padded[i : i + n] for i in range(len(padded) - n + 1)]
    of_class = lambda n, bounds: sum(n > bound for bound in bounds)
    trimmed = plain
    while trimmed and trimmed[-1] in WHITE:
        trimmed = trimmed[:-1]
    shape = [
        f"words {of_class(len(words), WORD_CLASSES)}",
        f"characters {of_class(sum(map(len, words)), CHARACTER_CLASSES)}",
        f"last {trimmed[-1:]}",
    ]
    if words:
        shape += [f"first {words[0]}", f"final {words[-1]}"]
    if len(words) > 1:
        shape.append(f"begins {words[0]} {words[1]}")
    return {"words": words, "pairs": [f"{a} {b}" for a, b in zip(marked, marked[1:])], "pieces": pieces, "shape": shape}


def features(text, n_buckets):
    return [sorted({hashed(TAGS[block], name) % n_buckets for name in of_block}) for block, of_block in names(text).items()]
