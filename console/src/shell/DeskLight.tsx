import { Badge, Button } from "@mantine/core";
import { IconPhoneIncoming } from "@tabler/icons-react";
import { Link } from "react-router";

import { useAttention } from "../desk/attention";
import { useDesk, useOpenDesk } from "../desk/data";

/** Beside "My desk" in the navigation: an agent who is on another page keeps the desk open, and is told of an offered call. */
export function DeskLight() {
  useOpenDesk();
  const { data: desk } = useDesk();
  const offer = desk?.offer ?? null;
  useAttention(offer);
  return (
    <span role="status">
      {offer?.phase === "OFFERED" && (
        <Badge color="yellow" variant="light">
          Call
        </Badge>
      )}
    </span>
  );
}

/** Where the navigation is behind a button: the way to a call that is offered. */
export function OfferedCall() {
  const { data: desk } = useDesk();
  return (
    <span role="status">
      {desk?.offer?.phase === "OFFERED" && (
        <Button component={Link} to="/desk" size="xs" leftSection={<IconPhoneIncoming size={16} aria-hidden />}>
          Call offered
        </Button>
      )}
    </span>
  );
}
