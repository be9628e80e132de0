"""Small PNG files: a screenshot with the few colours that text needs, each picture element one index."""

import base64
import struct
import zlib
from dataclasses import dataclass

from playwright.async_api import Page

MOST_COLOURS = 16
INDEX = """async ([png, most]) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const elements = new Uint32Array(pen.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const counts = new Map();
  for (let at = 0, since = 0; at < elements.length; since = at) {
    const one = elements[at];
    while (elements[at] === one) at += 1;
    counts.set(one, (counts.get(one) ?? 0) + at - since);
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([one]) => one);
  const parts = (one) => [one & 255, (one >> 8) & 255, (one >> 16) & 255];
  const far = (a, b) => ((a & 255) - (b & 255)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + (((a >> 16) & 255) - ((b >> 16) & 255)) ** 2;
  // The most frequent first, then always the one that is missed most: seen often, or far from all that are taken.
  const often = ranked.slice(0, 3000).map((one) => ({ one, weight: Math.sqrt(counts.get(one)), missed: Infinity }));
  const palette = [];
  for (let next = often[0]; next && next.missed > 0 && palette.length < most; ) {
    palette.push(next.one);
    for (const each of often) each.missed = Math.min(each.missed, far(each.one, palette.at(-1)));
    next = often.reduce((best, each) => (each.missed * each.weight > best.missed * best.weight ? each : best));
  }
  const nearest = new Map(ranked.map((one) => [one, palette.reduce((best, taken, at) => (far(one, taken) < far(one, palette[best]) ? at : best), 0)]));
  const indices = new Uint8Array(elements.length);
  for (let at = 0; at < elements.length; ) {
    const one = elements[at];
    const index = nearest.get(one);
    while (elements[at] === one) indices[at++] = index;
  }
  let text = "";
  for (let at = 0; at < indices.length; at += 32768) text += String.fromCharCode(...indices.subarray(at, at + 32768));
  return { width: picture.width, height: picture.height, palette: palette.map(parts), indices: btoa(text) };
}"""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A picture: its size, at most sixteen colours, and for each element the place of its colour."""

    width: int
    height: int
    palette: list[list[int]]
    indices: bytes


async def indexed(darkroom: Page, screenshot: bytes) -> Indexed:
    """Have a page count the colours of a screenshot; the same screenshot gives the same picture."""
    found = await darkroom.evaluate(INDEX, [base64.b64encode(screenshot).decode(), MOST_COLOURS])
    return Indexed(found["width"], found["height"], found["palette"], base64.b64decode(found["indices"]))


def encode(picture: Indexed) -> bytes:
    """Return a PNG file of four bits for each element."""
    rows = bytearray()
    for at in range(0, len(picture.indices), picture.width):
        row = picture.indices[at : at + picture.width] + bytes(picture.width % 2)
        rows.append(0)
        rows += bytes(left << 4 | right for left, right in zip(row[::2], row[1::2], strict=True))
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 4, 3, 0, 0, 0)
    colours = bytes(part for colour in picture.palette for part in colour)
    parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
