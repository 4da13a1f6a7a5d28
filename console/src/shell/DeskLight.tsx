import { Badge } from "@mantine/core";

import { useDesk, useOpenDesk } from "../desk/data";

/** Beside "My desk" in the navigation: an agent who is on another page keeps the desk open, and sees that a call is offered. */
export function DeskLight() {
  useOpenDesk();
  const { data: desk } = useDesk();
  return (
    <span role="status">
      {desk?.offer?.phase === "OFFERED" && (
        <Badge color="yellow" variant="light">
          Call
        </Badge>
      )}
    </span>
  );
}
