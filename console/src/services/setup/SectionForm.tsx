import { Button, Text } from "@mantine/core";
import { type ComponentType, type FormEvent, lazy } from "react";

import { hasCode } from "../../api/problems";
import { PartBoundary } from "../../components/Boundary";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import type { Stored } from "../data";
import { problemsIn } from "./check";
import { Conflict } from "./Conflict";
import type { EditorProps } from "./editor";
import { FieldGroup } from "./Fields";
import { LeaveGuard } from "./LeaveGuard";
import { keysOf, type Section } from "./settings";
import classes from "./setup.module.css";
import { TryNumber } from "./TryNumber";
import { type Draft, useDraft } from "./useDraft";

const EDITORS: Record<string, ComponentType<EditorProps>> = {
  hours: lazy(() => import("./HoursEditor")),
  "special-days": lazy(() => import("./SpecialDaysEditor")),
  capacity: lazy(() => import("./CapacityEditor")),
  numbers: lazy(() => import("./NumbersEditor")),
  dialling: lazy(() => import("./RetriesEditor")),
  desk: lazy(() => import("./DispositionsEditor")),
};

interface Props {
  section: Section;
  stored: Stored;
  isReadOnly: boolean;
}

/** One section of a service's settings, saved by itself. */
export function SectionForm({ section, stored, isReadOnly }: Props) {
  const draft = useDraft(stored, keysOf(section));
  const { values, set, save, isDirty } = draft;
  const problems = isReadOnly ? {} : problemsIn(section, values);
  const count = Object.keys(problems).length;
  const props: EditorProps = { values, set, problems, isReadOnly };
  const Editor = EDITORS[section.id];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isDirty && count === 0 && !save.isPending) {
      save.mutate();
    }
  };
  return (
    <>
      <form onSubmit={submit} noValidate aria-label={section.label}>
        <h2 className="visually-hidden">{section.label}</h2>
        {section.groups.map((group) => (
          <FieldGroup key={group.title} group={group} {...props} />
        ))}
        {Editor && (
          <PartBoundary waiting={<Loading />}>
            <Editor {...props} />
          </PartBoundary>
        )}
        {draft.theirs.length > 0 && <Conflict draft={draft} stored={stored} />}
        {!isReadOnly && <SaveBar draft={draft} problems={count} />}
      </form>
      {section.id === "numbers" && <TryNumber service={stored.service.name} isUnsaved={isDirty} />}
      <LeaveGuard isNeeded={isDirty} />
    </>
  );
}

function SaveBar({ draft: { isDirty, changed, save, discard, theirs }, problems }: { draft: Draft; problems: number }) {
  const isConflict = hasCode(save.error, "service-changed") && theirs.length > 0;
  return (
    <div className={classes.bar}>
      <Button type="submit" disabled={!isDirty || problems > 0} loading={save.isPending}>
        Save
      </Button>
      {isDirty && (
        <Button variant="default" onClick={discard} disabled={save.isPending}>
          Discard
        </Button>
      )}
      <Text size="sm" c="dimmed" role="status">
        {problems > 0
          ? `Mend what is marked: ${problems} ${problems === 1 ? "value" : "values"}`
          : isDirty
            ? `${changed.length} ${changed.length === 1 ? "setting" : "settings"} not saved yet`
            : save.isSuccess && "Saved. It holds from the next decision on."}
      </Text>
      {!isConflict && <Failure of={save.error} />}
    </div>
  );
}
