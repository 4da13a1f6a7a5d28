import { Button, Group } from "@mantine/core";
import { useState } from "react";

import classes from "./Recording.module.css";

/** The customer's name, spoken; tells when it cannot be heard, for now or any more. */
export function Recording({ src }: { src: string }) {
  const [state, setState] = useState<"first" | "failed" | "again">("first");
  if (state === "failed") {
    return (
      <Group gap="xs">
        It cannot be played, or is not kept any more.
        <Button size="compact-xs" variant="default" onClick={() => setState("again")}>
          Try again
        </Button>
      </Group>
    );
  }
  return (
    <audio
      ref={state === "again" ? play : undefined}
      controls
      preload="none"
      className={classes.player}
      src={src}
      aria-label="Name recording"
      onError={() => setState("failed")}
    />
  );
}

// Whoever tries again wants to hear it, and worked with the button that is gone.
function play(player: HTMLAudioElement | null) {
  player?.focus();
  player?.play().catch(() => undefined);
}
