import { Alert, Anchor, Button, CloseButton, Group } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { useIsLive } from "../api/events";
import { useSession } from "../api/session";
import { leaveFocusBefore } from "../components/focus";
import { counted, totalName } from "../components/numbers";
import { STATES } from "../components/StateBadge";
import type { Hidden } from "./created";
import type { Rows } from "./rows";
import { type Change, useVisible } from "./view";

const GRACE_MS = 1_000;
// The stream may take so long to begin before that is worth a word.
const BEGINNING_MS = 5_000;
const BACK_MS = 8_000;

type Liveness = "beginning" | "live" | "broken" | "back";

function useLiveness(): Liveness {
  const isLive = useIsLive();
  const [liveness, setLiveness] = useState<Liveness>(isLive ? "live" : "beginning");
  useEffect(() => {
    const [next, after]: [Liveness, number] = isLive
      ? [liveness === "broken" ? "back" : "live", liveness === "back" ? BACK_MS : 0]
      : ["broken", liveness === "beginning" ? BEGINNING_MS : GRACE_MS];
    if (next === liveness) {
      return;
    }
    const timer = setTimeout(() => setLiveness(next), after);
    return () => clearTimeout(timer);
  }, [isLive, liveness]);
  return liveness;
}

/** How many callbacks there are, what is hidden, what is new, and whether the page is live. */
export function Summary({ rows, onShow }: { rows: Rows; onShow: () => void }) {
  const liveness = useLiveness();
  const count = rows.fresh.size;
  const shown = rows.isExact ? counted(rows.total, "callback") : `${totalName(rows.total, false)} callbacks`;
  return (
    <>
      <span>{shown}</span>
      <Restricted />
      <span role="status">
        {count > 0 && (
          <>
            {" · "}
            <Anchor component="button" type="button" inherit fw={600} onClick={onShow}>
              {counted(count, "new callback")} - show
            </Anchor>
          </>
        )}
        {liveness === "broken" && " · Live updates are interrupted; looking every 30 seconds"}
        {liveness === "back" && " · Live again"}
      </span>
    </>
  );
}

function Restricted() {
  const { states, services } = useVisible();
  const session = useSession();
  return (
    <>
      {states && ` · ${states.length} of ${STATES.length} states shown`}
      {services && ` · ${services.length} of ${session.services.length} services shown`}
    </>
  );
}

interface HiddenProps {
  hidden: Hidden;
  onChange: (some: Change) => void;
  onDismiss: () => void;
}

/** A callback came, and the page does not show it. */
export function HiddenNotice({ hidden: { text, offer }, onChange, onDismiss }: HiddenProps) {
  return (
    <Alert role="status" variant="light" py={6} icon={<IconInfoCircle aria-hidden />}>
      <Group gap="sm">
        {text}
        {offer && (
          <Button
            ref={leaveFocusBefore}
            size="compact-xs"
            onClick={() => {
              onChange(offer.change);
              onDismiss();
            }}
          >
            {offer.label}
          </Button>
        )}
        <CloseButton ref={leaveFocusBefore} size="sm" ml="auto" aria-label="Dismiss" onClick={onDismiss} />
      </Group>
    </Alert>
  );
}
