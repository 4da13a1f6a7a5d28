import { ActionIcon, Button, Fieldset, Group, Stack, Textarea, TextInput, Tooltip } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";

import { dataProblems, type Fields, type UserField } from "./fields";

interface Props {
  fields: Fields;
  onChange: (some: Partial<Fields>) => void;
}

const LONGEST = 200;

/** What is seldom needed: language, a note, and data of the site's own. */
export function MoreFields({ fields, onChange }: Props) {
  return (
    <Stack gap="sm">
      <TextInput
        label="Language"
        description="As your prompts are named, such as de"
        maxLength={LONGEST}
        value={fields.language}
        onChange={(event) => onChange({ language: event.currentTarget.value })}
      />
      <Textarea
        label="Note"
        description="The agent sees it before the call"
        autosize
        minRows={2}
        maxRows={5}
        value={fields.note}
        onChange={(event) => onChange({ note: event.currentTarget.value })}
      />
      <UserData data={fields.data} onChange={(data) => onChange({ data })} />
    </Stack>
  );
}

function UserData({ data, onChange }: { data: UserField[]; onChange: (data: UserField[]) => void }) {
  const change = (index: number, some: Partial<UserField>) =>
    onChange(data.map((field, place) => (place === index ? { ...field, ...some } : field)));
  const problems = dataProblems(data);
  return (
    <Fieldset legend="User data" p="xs">
      <Stack gap="xs">
        {data.map(({ name, value }, index) => (
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              aria-label={`Name of field ${index + 1}`}
              placeholder="Name, such as order"
              value={name}
              error={problems[index]}
              onChange={(event) => change(index, { name: event.currentTarget.value })}
              flex={1}
            />
            <TextInput
              aria-label={`Value of field ${index + 1}`}
              placeholder="Value"
              value={value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
              flex={2}
            />
            <Tooltip label="Remove this field">
              <ActionIcon
                variant="subtle"
                color="gray"
                mt={4}
                aria-label={`Remove field ${index + 1}`}
                onClick={() => onChange(data.filter((_, place) => place !== index))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...data, { name: "", value: "" }])}
          >
            Add Field
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
