import { CloseButton, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type RefObject, useEffect, useRef, useState } from "react";

import classes from "./Toolbar.module.css";
import { type Change, MOST_SEARCHED, type SearchBy, SEARCHED, type View } from "../view";

const DEBOUNCE_MS = 70;
const CHOICES = SEARCHED.map(({ name, label }) => ({ value: name, label }));

interface Props {
  view: View;
  onChange: (some: Change) => void;
  input: RefObject<HTMLInputElement | null>;
  onDown: () => void;
}

/** Searches the whole range as one types; the column that is searched is chosen beside it. */
export function SearchBox({ view, onChange, input, onDown }: Props) {
  const [text, setText] = useTyped(view.search, (search) => onChange({ search }));
  const label = SEARCHED.find(({ name }) => name === view.searchBy)?.label ?? "";
  return (
    <div className={classes.search} role="search">
      <TextInput
        ref={input}
        size="xs"
        className={classes.text}
        classNames={{ input: classes.joined }}
        aria-label={`Search by ${label}`}
        placeholder="Search"
        leftSection={<IconSearch size={15} stroke={1.8} aria-hidden />}
        rightSection={text && <CloseButton size="sm" aria-label="Clear search" onClick={() => setText("")} />}
        value={text}
        maxLength={MOST_SEARCHED}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            setText("");
          } else if (event.key === "ArrowDown") {
            event.preventDefault();
            onDown();
          }
        }}
      />
      <NativeSelect
        size="xs"
        className={classes.column}
        aria-label="Column to search"
        data={CHOICES}
        value={view.searchBy}
        onChange={(event) => onChange({ searchBy: event.currentTarget.value as SearchBy })}
      />
    </div>
  );
}

/** What is being typed: told when nothing was typed for a moment, and taken over when it changes elsewhere. */
function useTyped(kept: string, tell: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(kept);
  const [known, setKnown] = useState(kept);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(kept);
  if (kept !== known) {
    setKnown(kept);
    // eslint-disable-next-line react-hooks/refs -- what we told ourselves is no change elsewhere
    if (kept !== told.current) {
      told.current = kept; // eslint-disable-line react-hooks/refs -- the way back may lead to what we told before
      setText(kept);
    }
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      told.current = typed;
      tell(typed);
    }, DEBOUNCE_MS);
  };
  return [text, type];
}
