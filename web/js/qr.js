// @ts-check
/** QR codes (ISO/IEC 18004:2015) of up to 180 bytes: error correction level M, versions 1 to 9. Makes squares, draws nothing. */

/** Of level M, by version: error correction words of a block, and the data words of each block (table 9). */
const BLOCKS = [
  { correction: 10, data: [16] },
  { correction: 16, data: [28] },
  { correction: 26, data: [44] },
  { correction: 18, data: [32, 32] },
  { correction: 24, data: [43, 43] },
  { correction: 16, data: [27, 27, 27, 27] },
  { correction: 18, data: [31, 31, 31, 31] },
  { correction: 22, data: [38, 38, 39, 39] },
  { correction: 22, data: [36, 36, 36, 37, 37] },
];
/** Centres of alignment patterns, by version (annex E). */
const CENTRES = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46]];
const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11];
const FIRST_WITH_VERSION = 7;
const LEVEL_M = 0b00;

/** Which squares a mask inverts, by row and column (table 10). @type {((i: number, j: number) => boolean)[]} */
const MASKS = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

/**
 * @param {string} text
 * @returns {boolean[][] | null} rows of squares, true is dark; without the light border of four squares that must be around
 *   them. Null when the text is too long.
 */
export function encode(text) {
  const bytes = new TextEncoder().encode(text);
  const version = 1 + BLOCKS.findIndex(({ data }) => bytes.length + 2 <= sum(data));
  if (version === 0) return null;
  const words = interleave(dataWords(bytes, sum(BLOCKS[version - 1].data)), BLOCKS[version - 1]);
  const best = MASKS.map((_, mask) => draw(version, words, mask)).map((squares) => ({ squares, cost: penalty(squares) }));
  return best.reduce((one, other) => (other.cost < one.cost ? other : one)).squares;
}

/** @param {Uint8Array} bytes @param {number} count of words @returns {number[]} */
function dataWords(bytes, count) {
  // Four bits of mode and eight of length shift everything by half a word; four zero bits end it.
  const halves = [BYTE_MODE, bytes.length >> 4, bytes.length & 15, ...[...bytes].flatMap((byte) => [byte >> 4, byte & 15]), 0];
  const words = halves.flatMap((half, at) => (at % 2 ? [] : [(half << 4) | halves[at + 1]]));
  while (words.length < count) words.push(PADDING[(words.length - bytes.length) % 2]);
  return words;
}

/** @param {number[]} words @param {{correction: number, data: number[]}} blocks @returns {number[]} */
function interleave(words, { correction, data }) {
  let from = 0;
  const blocks = data.map((length) => words.slice(from, (from += length)));
  const corrections = blocks.map((block) => correctionWords(block, correction));
  return [...inTurns(blocks), ...inTurns(corrections)];
}

/** @param {number[][]} lists @returns {number[]} the first of each, the second of each, … */
function inTurns(lists) {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

/**
 * Reed-Solomon over the field of 256 with x⁸+x⁴+x³+x²+1: the rest of the words divided by the generator polynomial.
 * @param {number[]} words
 * @param {number} count
 * @returns {number[]}
 */
export function correctionWords(words, count) {
  let generator = [1];
  for (let at = 0, root = 1; at < count; at++, root = times(root, 2))
    generator = [...generator, 0].map((factor, place) => factor ^ times(root, generator[place - 1] ?? 0));
  const rest = Array.from({ length: count }, () => 0);
  for (const word of words) {
    const lead = word ^ /** @type {number} */ (rest.shift());
    rest.push(0);
    for (let at = 0; at < count; at++) rest[at] ^= times(lead, generator[at + 1]);
  }
  return rest;
}

/** @param {number} a @param {number} b */
function times(a, b) {
  let product = 0;
  for (; b; b >>= 1, a = (a << 1) ^ (a & 0x80 ? 0x11d : 0)) if (b & 1) product ^= a;
  return product;
}

/** @param {number} version @param {number[]} words @param {number} mask @returns {boolean[][]} */
function draw(version, words, mask) {
  const size = 17 + 4 * version;
  /** @type {(boolean | undefined)[][]} */
  const squares = Array.from({ length: size }, () => Array.from({ length: size }, () => undefined));
  drawPatterns(squares, version);
  drawFormat(squares, mask);
  if (version >= FIRST_WITH_VERSION) drawVersion(squares, version);
  drawWords(squares, words, MASKS[mask]);
  return /** @type {boolean[][]} */ (squares);
}

/** @param {(boolean | undefined)[][]} squares @param {number} version */
function drawPatterns(squares, version) {
  const last = squares.length - 1;
  for (const [i, j] of [[3, 3], [3, last - 3], [last - 3, 3]]) drawRings(squares, i, j, 4, [0, 1, 3]);
  const centres = CENTRES[version - 1];
  for (const i of centres)
    for (const j of centres) if (squares[i][j] === undefined) drawRings(squares, i, j, 2, [0, 2]);
  for (let at = 8; at <= last - 8; at++) squares[6][at] = squares[at][6] = at % 2 === 0;
}

/** @param {(boolean | undefined)[][]} squares @param {number} i @param {number} j @param {number} reach @param {number[]} dark */
function drawRings(squares, i, j, reach, dark) {
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++)
      if (squares[i + y] && j + x in squares) squares[i + y][j + x] = dark.includes(Math.max(Math.abs(x), Math.abs(y)));
}

/** Level and mask in fifteen bits, twice (clause 7.9). @param {(boolean | undefined)[][]} squares @param {number} mask */
function drawFormat(squares, mask) {
  const bits = withCheck((LEVEL_M << 3) | mask, 10, 0b10100110111) ^ 0b101010000010010;
  const last = squares.length - 1;
  for (let bit = 0; bit < 15; bit++) {
    const dark = Boolean((bits >> bit) & 1);
    if (bit < 8) squares[bit + Number(bit > 5)][8] = squares[8][last - bit] = dark;
    else squares[8][bit === 8 ? 7 : 14 - bit] = squares[last - 14 + bit][8] = dark;
  }
  squares[last - 7][8] = true;
}

/** The version in eighteen bits, twice (clause 7.10). @param {(boolean | undefined)[][]} squares @param {number} version */
function drawVersion(squares, version) {
  const bits = withCheck(version, 12, 0b1111100100101);
  const first = squares.length - 11;
  for (let bit = 0; bit < 18; bit++) {
    const [long, short] = [Math.floor(bit / 3), first + (bit % 3)];
    squares[long][short] = squares[short][long] = Boolean((bits >> bit) & 1);
  }
}

/** A code of Bose, Chaudhuri and Hocquenghem: the value, then its rest. @param {number} value @param {number} count @param {number} generator */
function withCheck(value, count, generator) {
  let rest = value;
  for (let at = 0; at < count; at++) rest = (rest << 1) ^ ((rest >> (count - 1)) & 1 ? generator : 0);
  return (value << count) | rest;
}

/**
 * Fill what is free: two columns at a time, from the right, up and down in turns; the sixth is the timing pattern's.
 * @param {(boolean | undefined)[][]} squares
 * @param {number[]} words
 * @param {(i: number, j: number) => boolean} mask
 */
function drawWords(squares, words, mask) {
  const size = squares.length;
  let bit = 0;
  let isUp = true;
  for (let right = size - 1; right > 0; right -= 2, isUp = !isUp) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const i = isUp ? size - 1 - step : step;
      for (const j of [right, right - 1]) {
        if (squares[i][j] !== undefined) continue;
        const value = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        squares[i][j] = Boolean(value) !== mask(i, j);
        bit++;
      }
    }
  }
}

/** How hard the squares are to read (clause 7.8.3). @param {boolean[][]} squares */
function penalty(squares) {
  const columns = squares.map((_, j) => squares.map((row) => row[j]));
  const lines = [...squares, ...columns].map((line) => line.map((dark) => (dark ? "1" : "0")).join(""));
  let cost = 0;
  for (const line of lines) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
    cost += 40 * [...line.matchAll(/(?=10111010000|00001011101)/g)].length;
  }
  for (let i = 1; i < squares.length; i++)
    for (let j = 1; j < squares.length; j++) {
      const dark = squares[i][j];
      if (squares[i - 1][j] === dark && squares[i][j - 1] === dark && squares[i - 1][j - 1] === dark) cost += 3;
    }
  const share = squares.flat().filter(Boolean).length / squares.length ** 2;
  return cost + 10 * Math.floor(Math.abs(share * 20 - 10));
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
