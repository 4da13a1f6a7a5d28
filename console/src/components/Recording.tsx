import { useState } from "react";

import classes from "./Recording.module.css";

/** The customer's name, spoken; tells when it cannot be heard any more. */
export function Recording({ src }: { src: string }) {
  const [isGone, setGone] = useState(false);
  if (isGone) {
    return "It cannot be played, or is not kept any more.";
  }
  return (
    <audio
      controls
      preload="none"
      className={classes.player}
      src={src}
      aria-label="Name recording"
      onError={() => setGone(true)}
    />
  );
}
