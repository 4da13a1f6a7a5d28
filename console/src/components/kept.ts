import { useState } from "react";

/** The last value that there was: whoever switches something off and on again by a slip has it back. `usual`: before any. */
export function useKept<Value>(value: Value | null, usual: Value): Value {
  const [kept, setKept] = useState(value ?? usual);
  if (value !== null && value !== kept) {
    setKept(value);
  }
  return kept;
}
