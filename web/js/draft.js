// @ts-check
/** The recipe that an editor's controls stand for, with the way back. What they do not know is kept as it is. */

/** @typedef {Record<string, any>} Recipe */

const VERSION = 1;

/** Tells "change" whenever the recipe is another one. */
export class Draft extends EventTarget {
  /** @type {Recipe} */
  recipe = nothing();
  /** @type {Recipe[]} */
  #earlier = [];
  /** @type {Recipe[]} */
  #later = [];
  #pulling = "";

  get canUndo() {
    return this.#earlier.length > 0;
  }

  get canRedo() {
    return this.#later.length > 0;
  }

  /** @param {string} path such as `tone.contrast` @param {any} [fallback] */
  get(path, fallback) {
    return path.split(".").reduce((at, name) => at?.[name], /** @type {any} */ (this.recipe)) ?? fallback;
  }

  /** Another recipe, and a step back to this one. @param {Recipe} recipe */
  replace(recipe) {
    this.#earlier.push(this.recipe);
    this.#later = [];
    this.settle();
    this.#put(recipe);
  }

  /**
   * Set some places at once; undefined takes a setting out. Going on with the same places is one step back.
   * @param {Record<string, any>} values by path
   */
  set(values) {
    const pulling = Object.keys(values).join();
    if (pulling !== this.#pulling) this.#earlier.push(this.recipe);
    this.#pulling = pulling;
    this.#later = [];
    this.#put(Object.entries(values).reduce((recipe, [path, value]) => withValue(recipe, path.split("."), value), this.recipe));
  }

  /** What comes next is a step of its own. */
  settle() {
    this.#pulling = "";
  }

  /** Begin anew from a recipe. @param {Recipe} [recipe] */
  load(recipe = nothing()) {
    this.#earlier = [];
    this.#later = [];
    this.settle();
    this.#put(recipe);
  }

  undo() {
    this.#step(this.#earlier, this.#later);
  }

  redo() {
    this.#step(this.#later, this.#earlier);
  }

  /** @param {Recipe[]} from @param {Recipe[]} to */
  #step(from, to) {
    const recipe = from.pop();
    if (!recipe) return;
    to.push(this.recipe);
    this.settle();
    this.#put(recipe);
  }

  /** @param {Recipe} recipe */
  #put(recipe) {
    this.recipe = recipe;
    this.dispatchEvent(new Event("change"));
  }
}

/** @returns {Recipe} the recipe that changes nothing */
export const nothing = () => ({ version: VERSION });

/** @param {Recipe} one @param {Recipe} other */
export const isSame = (one, other) => canonical(one) === canonical(other);

/** @param {any} value @returns {string} */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

/** A copy with one value set, or taken out with every part that is empty then. @param {any} part @param {string[]} path @param {any} value */
function withValue(part, [name, ...rest], value) {
  const { [name]: own, ...others } = part ?? {};
  const set = rest.length ? withValue(own, rest, value) : value;
  const isEmpty = set === undefined || (rest.length > 0 && Object.keys(set).length === 0);
  return isEmpty ? others : { ...others, [name]: set };
}
