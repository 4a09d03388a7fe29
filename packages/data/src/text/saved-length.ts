/** How long texts may be for users of a saved model. */

/**
 * `model_max_length` of a saved model: most tokens that its users may give it. Transformers.js hands all tokens over where
 * nothing, or the "very large" 1e30, is said, and fails at those beyond the positions; Python does likewise. So a length
 * always stands there: the checkpoint's own (`said`), but no less than what was read here (`read`) and no more than the
 * backbone has positions (`most`).
 */
export function savedLength(said: number | undefined, read: number, most: number): number {
  return said === undefined ? read : Math.min(Math.max(said, read), most);
}
