import { ActionIcon, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";

import { leaveFocusBefore } from "../../components/focus";

/** Takes a line out of a list that is being edited. */
export function RemoveButton({ what, onClick }: { what: string; onClick: () => void }) {
  return (
    <Tooltip label="Remove">
      <ActionIcon ref={leaveFocusBefore} variant="subtle" color="gray" aria-label={`Remove ${what}`} onClick={onClick}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
