import { CloseButton, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type RefObject, useEffect, useRef, useState } from "react";

import classes from "./Toolbar.module.css";
import { type Change, MOST_SEARCHED, type SearchBy, SEARCHED, type View } from "../view";

// Whoever types faster than this is not answered for each letter.
const PACE_MS = 100;
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
  const clear = () => {
    setText("");
    input.current?.focus();
  };
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
        rightSection={text && <CloseButton size="sm" aria-label="Clear search" onClick={clear} />}
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

/**
 * What is being typed: told at once, or when a moment has passed since something was told before; and taken over when it
 * changes elsewhere. What was told comes back later, when more may have been typed already, or been told.
 */
function useTyped(kept: string, tell: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(kept);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const toldAt = useRef(0);
  const last = useRef(kept);
  const onTheirWay = useRef<string[]>([]);
  useEffect(() => {
    last.current = kept;
    const at = onTheirWay.current.lastIndexOf(kept);
    onTheirWay.current = at < 0 ? [] : onTheirWay.current.slice(at + 1);
    if (at < 0 && timer.current === undefined) {
      setText(kept);
    }
  }, [kept]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const say = (typed: string) => {
    timer.current = undefined;
    toldAt.current = Date.now();
    // The same once more does not come back.
    if (typed !== (onTheirWay.current.at(-1) ?? last.current)) {
      onTheirWay.current.push(typed);
    }
    tell(typed);
  };
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    const wait = toldAt.current + PACE_MS - Date.now();
    if (wait > 0) {
      timer.current = setTimeout(() => say(typed), Math.min(wait, PACE_MS));
    } else {
      say(typed);
    }
  };
  return [text, type];
}
