import { useEffect, useState } from "react";

const SPARE_MS = 5_000;

/**
 * What is loaded once there is time, or at once when it is needed; null until then. It is there before it is needed, when
 * the server may be away or have another version of the console; where loading fails it is tried again.
 */
export function useLater<T>(load: () => Promise<T>, isNeeded = false): T | null {
  const [loaded, setLoaded] = useState<{ module: T } | null>(null);
  const isLoaded = loaded !== null;
  useEffect(() => {
    if (isLoaded) {
      return;
    }
    let timer: ReturnType<typeof setTimeout>;
    const begin = () => {
      load().then(
        (module) => setLoaded({ module }),
        () => (timer = setTimeout(begin, SPARE_MS)),
      );
    };
    timer = setTimeout(begin, isNeeded ? 0 : SPARE_MS);
    return () => clearTimeout(timer);
  }, [load, isNeeded, isLoaded]);
  return loaded?.module ?? null;
}
