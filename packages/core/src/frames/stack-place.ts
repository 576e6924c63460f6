/** What one stack tells of who allocated. */
export interface StackPlace {
  /**
   * `handler`: the handler of one scope (or of several that share it) is on the stack, or the code lies inside of it.
   * `learned`: only functions that handlers were seen to call. `middleware`: called by a framework's dispatcher, before any
   * handler. `requests`: Node and framework only. `unknown`: none of these.
   */
  role: 'handler' | 'learned' | 'middleware' | 'requests' | 'unknown';
  /** Slots of the scopes it may belong to, ascending; exactly one where sure; empty where unknown. */
  slots: readonly number[];
  /**
   * Key of the function to blame: stable over reads of this process; closures count as their lexically enclosing
   * function, and all of `requests` are one.
   */
  site: number;
}
