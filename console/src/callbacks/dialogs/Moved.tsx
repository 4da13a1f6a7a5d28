import { Alert, Button, Group, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";

import { leaveFocusBefore } from "../../components/focus";
import { useTimes } from "../../components/times";
import { whenName } from "../../components/zones";

interface Props {
  from: string;
  to: string;
  onSeen: () => void;
}

/** Somebody else has changed the desired time: asks once more before that is overwritten. */
export function Moved({ from, to, onSeen }: Props) {
  const { shown } = useTimes();
  return (
    <Alert
      color="orange"
      variant="light"
      role="alert"
      icon={<IconUsers aria-hidden />}
      title="This callback was moved meanwhile"
    >
      <Text size="sm" mb="xs">
        It was wanted at {whenName(from, shown)} and was moved to {whenName(to, shown)} by somebody else. What you have
        chosen is kept, and not saved.
      </Text>
      <Group>
        <Button ref={leaveFocusBefore} size="xs" variant="default" onClick={onSeen}>
          Change it all the same
        </Button>
      </Group>
    </Alert>
  );
}
