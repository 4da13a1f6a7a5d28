import { Group, Kbd, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";

import { Dialog } from "../../components/Dialog";
import { areKeysOn, KEYS, turnKeys } from "../keys";

/** Lists the keys of the page. */
export default function Keys({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(areKeysOn);
  return (
    <Dialog onClose={onClose} title="Keys" size="sm">
      <Stack gap={6}>
        {KEYS.map(({ keys, does }) => (
          <Group key={does} justify="space-between">
            <Text size="sm">{does}</Text>
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
        <Switch
          mt="sm"
          label="Single keys work in this browser"
          checked={isOn}
          onChange={(event) => {
            setOn(event.currentTarget.checked);
            turnKeys(event.currentTarget.checked);
          }}
        />
      </Stack>
    </Dialog>
  );
}
