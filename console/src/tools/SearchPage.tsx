import { Button, Group, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconListSearch, IconSearch, IconZoomCancel } from "@tabler/icons-react";
import { type FormEvent, lazy, useState } from "react";

import { DialogBoundary } from "../components/Boundary";
import { Empty } from "../components/Empty";
import { Failure } from "../components/Failure";
import { Loading } from "../components/Loading";
import { totalName } from "../components/numbers";
import { PageHead } from "../components/PageHead";
import { Pages } from "../components/Pages";
import { FoundTable } from "./FoundTable";
import { type Asked, isWhole, useAsked, useFound } from "./search";

const DiagnosticData = lazy(() => import("./DiagnosticData"));

const PAUSE_MS = 250;
const EXPLAINED = "A callback ID, or a phone number or any part of it";

/** Finds callbacks whatever range, states and services the Callbacks page shows. */
export default function SearchPage() {
  const { asked, ask } = useAsked();
  const [shown, setShown] = useState<string | null>(null);
  const close = () => setShown(null);
  return (
    <>
      <PageHead title="Callback Search" />
      <Search asked={asked} onAsk={(text) => ask({ text, cursor: null })} />
      <Found asked={asked} onGo={(cursor) => ask({ ...asked, cursor })} onShow={setShown} />
      {shown && (
        <DialogBoundary onClose={close}>
          <DiagnosticData id={shown} onClose={close} />
        </DialogBoundary>
      )}
    </>
  );
}

function Search({ asked, onAsk }: { asked: Asked; onAsk: (text: string) => void }) {
  const [text, setText] = useState(asked.text);
  const [latest, setLatest] = useState(asked.text);
  // A link or the way back asks for something else; what is being typed stays.
  if (asked.text !== latest) {
    setLatest(asked.text);
    setText((now) => (now.trim().startsWith(asked.text) && asked.text ? now : asked.text));
  }
  const askSoon = useDebouncedCallback(onAsk, PAUSE_MS);
  const typed = (value: string) => {
    setText(value);
    askSoon.cancel();
    if (isWhole(value.trim())) {
      askSoon(value.trim());
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    askSoon.cancel();
    onAsk(text.trim());
  };
  return (
    <Group component="form" role="search" aria-label="Callbacks" gap="xs" align="flex-start" mb="sm" onSubmit={submit}>
      <TextInput
        size="xs"
        type="search"
        w={360}
        aria-label="Callback ID or phone number"
        placeholder={EXPLAINED}
        leftSection={<IconSearch size={16} aria-hidden />}
        maxLength={100}
        autoFocus
        value={text}
        onChange={(event) => typed(event.currentTarget.value)}
      />
      <Button type="submit" size="xs">
        Search
      </Button>
    </Group>
  );
}

interface FoundProps {
  asked: Asked;
  onGo: (cursor: string | null) => void;
  onShow: (id: string) => void;
}

function Found({ asked, onGo, onShow }: FoundProps) {
  const { data: page, error, isPlaceholderData } = useFound(asked);
  if (!asked.text) {
    return (
      <Empty Icon={IconListSearch} title="Which callback?">
        {EXPLAINED}. All callbacks of your services are searched, whatever the Callbacks page shows.
      </Empty>
    );
  }
  if (!page) {
    return error ? <Failure of={error} /> : <Loading />;
  }
  const total = totalName(page.total, page.total_is_exact);
  return (
    <div aria-busy={isPlaceholderData}>
      <Failure of={error} />
      <div role="status">
        {page.total > 0 ? (
          <Text size="sm" c="dimmed" mb={6}>
            {page.total === 1 ? "1 callback" : `${total} callbacks`}
          </Text>
        ) : isPlaceholderData ? (
          <Loading />
        ) : (
          <Empty Icon={IconZoomCancel} title={`No callbacks found for ${asked.text}`} />
        )}
      </div>
      {page.items.length > 0 && <FoundTable items={page.items} onShow={onShow} />}
      <Pages label="Pages of results" next={page.next_cursor} previous={page.previous_cursor} onGo={onGo}>
        {`${page.items.length} of ${total}`}
      </Pages>
    </div>
  );
}
