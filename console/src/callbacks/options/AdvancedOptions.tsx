import { Button, Group, NativeSelect, SegmentedControl, Switch } from "@mantine/core";
import { type FormEvent, type ReactNode, useId, useState } from "react";

import { type Preferences, usePreferences, useSavePreferences } from "../../api/preferences";
import { useSession } from "../../api/session";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { STATES } from "../../components/StateBadge";
import { BUILT_IN } from "../ranges";
import { Columns } from "./Columns";
import { type Draft, draftOf, isSound, preferencesOf } from "./draft";
import classes from "./Options.module.css";
import { Ranges } from "./Ranges";
import { Visible } from "./Visible";

interface Props {
  onClose: () => void;
  /** Other states or services are to be seen from now on. */
  onVisible: () => void;
}

/** How the page looks and what it shows, kept with the user. Nothing changes before it is saved. */
export default function AdvancedOptions({ onClose, onVisible }: Props) {
  const session = useSession();
  const { preferences } = usePreferences();
  const [opened] = useState(() => draftOf(preferences, session));
  const [draft, setDraft] = useState(opened);
  const save = useSavePreferences();
  const set = (some: Partial<Draft>) => setDraft((now) => ({ ...now, ...some }));
  const saved = (_: unknown, some: Partial<Preferences>) => {
    if (some.visible_states !== undefined || some.visible_services !== undefined) {
      onVisible();
    }
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSound(draft) && !save.isPending) {
      save.mutate(changed(preferencesOf(opened), preferencesOf(draft)), { onSuccess: saved });
    }
  };
  return (
    <Dialog title="Advanced Options" size={1000} onClose={onClose} closeOnClickOutside={false}>
      <form onSubmit={submit}>
        <Sections draft={draft} set={set} />
        <Failure of={save.error} />
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!isSound(draft)}>
            Save
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

/** What is not as it was: the rest may have been changed elsewhere, and stays. */
function changed<Kept extends object>(before: Kept, now: Kept): Partial<Kept> {
  const isOther = (name: string) =>
    JSON.stringify(now[name as keyof Kept]) !== JSON.stringify(before[name as keyof Kept]);
  return Object.fromEntries(Object.entries(now).filter(([name]) => isOther(name))) as Partial<Kept>;
}

interface SectionsProps {
  draft: Draft;
  set: (some: Partial<Draft>) => void;
}

function Sections({ draft, set }: SectionsProps) {
  const { services } = useSession();
  return (
    <div className={classes.sections}>
      <Section title="Configure Columns">
        <Columns columns={draft.columns} onChange={(columns) => set({ columns })} />
      </Section>
      <div className={classes.stack}>
        <Look draft={draft} set={set} />
        <Section title="Configure Custom Date Range">
          <Ranges ranges={draft.ranges} onChange={(ranges) => set({ ranges })} />
        </Section>
        <div className={classes.pair}>
          <Section title="Visible Callback States">
            <Visible
              what="state"
              choices={STATES.map((name) => ({ name, label: name }))}
              chosen={draft.states}
              onChange={(states) => set({ states })}
            />
          </Section>
          <Section title="Visible Callback Services">
            <Visible
              what="service"
              choices={services.map(({ name, display_name: label }) => ({ name, label: label || name }))}
              chosen={draft.services}
              onChange={(chosen) => set({ services: chosen })}
            />
          </Section>
        </div>
      </div>
    </div>
  );
}

const THEMES = [
  { value: "SYSTEM", label: "As the system" },
  { value: "LIGHT", label: "Light" },
  { value: "DARK", label: "Dark" },
];

function Look({ draft, set }: SectionsProps) {
  const own = draft.ranges
    .filter(({ name }) => name.trim())
    .map(({ key, name }) => ({ value: key, label: name.trim() }));
  const ranges = [...BUILT_IN.flat().map(({ key, label }) => ({ value: key, label })), ...own];
  return (
    <div className={classes.pair}>
      <Section title="Times">
        <Group gap="lg" my={6}>
          <Switch
            label="Show Time in 24 Hour"
            checked={draft.is24Hour}
            onChange={(event) => set({ is24Hour: event.currentTarget.checked })}
          />
          <Switch
            label="Show Times in UTC"
            checked={draft.isUtc}
            onChange={(event) => set({ isUtc: event.currentTarget.checked })}
          />
        </Group>
        <NativeSelect
          size="xs"
          mt="sm"
          label="Date range to begin with"
          data={ranges}
          value={draft.defaultRange}
          onChange={(event) => set({ defaultRange: event.currentTarget.value })}
        />
      </Section>
      <Section title="Colours">
        <SegmentedControl
          size="xs"
          aria-label="Colours"
          data={THEMES}
          value={draft.theme}
          onChange={(theme) => set({ theme: theme as Draft["theme"] })}
        />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}
