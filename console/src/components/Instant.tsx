import { Tooltip } from "@mantine/core";

import { useTimes } from "./times";

/** An instant as the user wants to see it; a tooltip has it in the other zone. `precise`: with seconds. */
export function Instant({ at, precise = false }: { at: string; precise?: boolean }) {
  const { shown, other } = useTimes();
  const format = precise ? "second" : "minute";
  return (
    <Tooltip label={`${other[format](at)} (${other.zone})`}>
      <time dateTime={at}>{shown[format](at)}</time>
    </Tooltip>
  );
}
