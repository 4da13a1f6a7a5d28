import { Button, Group, List, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";

import { type EditorProps, replaced, without } from "./editor";
import { RemoveButton } from "./RemoveButton";
import classes from "./setup.module.css";

const MOST = 50;

/** What an agent may say came of a talk. */
export default function DispositionsEditor({ values: { dispositions: all }, set, problems, isReadOnly }: EditorProps) {
  return (
    <section className={classes.group} aria-label="Dispositions">
      <h3>Dispositions</h3>
      <Text size="sm" c="dimmed" mb="xs">
        What an agent may say came of a talk. PERSON_NOT_REACHED, with which the callback is tried again, is always
        there beside them.
      </Text>
      {isReadOnly ? (
        <List>
          {all.map((text) => (
            <List.Item key={text}>{text}</List.Item>
          ))}
        </List>
      ) : (
        <>
          {all.map((text, index) => (
            <Group key={index} gap={6} mb={6} align="flex-start">
              <TextInput
                size="xs"
                w="24rem"
                aria-label={`Disposition ${index + 1}`}
                value={text}
                error={problems[`dispositions.${index}`]}
                onChange={(event) => set({ dispositions: replaced(all, index, event.currentTarget.value) })}
              />
              <RemoveButton
                what={text || `disposition ${index + 1}`}
                onClick={() => set({ dispositions: without(all, index) })}
              />
            </Group>
          ))}
          {all.length < MOST && (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => set({ dispositions: [...all, ""] })}
            >
              Add Disposition
            </Button>
          )}
        </>
      )}
    </section>
  );
}
