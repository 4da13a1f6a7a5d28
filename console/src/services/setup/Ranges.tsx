import { Button, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import type { Problems } from "./check";
import { replaced, without } from "./editor";
import { RemoveButton } from "./RemoveButton";
import classes from "./setup.module.css";

interface OpenRange {
  opens: string;
  closes: string;
}

interface Props {
  /** Of what day they are, for those who do not see it. */
  of: string;
  ranges: OpenRange[];
  onChange: (ranges: OpenRange[]) => void;
  problems: Problems;
  /** What the places of the problems begin with. */
  place: string;
}

const MOST = 24;

/** Such as 9 or 930 as 09:00 and 09:30. */
function written(text: string): string {
  const found = /^(\d{1,2})(?::?(\d{2}))?$/.exec(text.trim());
  return found ? `${found[1]?.padStart(2, "0")}:${found[2] ?? "00"}` : text.trim();
}

/** A time of day. Short forms such as 9 count as what they mean while they are typed, and are written out afterwards. */
export function TimeInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (time: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  return (
    <TextInput
      aria-label={label}
      w="4.75rem"
      size="xs"
      maxLength={5}
      placeholder="09:00"
      value={written(typed) === value ? typed : value}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(written(event.currentTarget.value));
      }}
      onBlur={() => setTyped(value)}
    />
  );
}

/** Hours of a day: none (closed), or several ranges, the last of which may end on the next day. */
export function Ranges({ of, ranges, onChange, problems, place }: Props) {
  const add = ranges.length < MOST && <AddButton of={of} onClick={() => onChange([...ranges, next(ranges)])} />;
  if (ranges.length === 0) {
    return (
      <div className={classes.range}>
        <span className={classes.about}>Closed</span>
        {add}
      </div>
    );
  }
  return (
    <div className={classes.ranges}>
      {ranges.map((range, index) => {
        const problem = problems[`${place}.${index}`];
        const which = ranges.length > 1 ? `${of}, ${index + 1}` : of;
        const put = (some: Partial<OpenRange>) => onChange(replaced(ranges, index, { ...range, ...some }));
        return (
          <div key={index}>
            <div className={classes.range}>
              <TimeInput label={`${which}: opens`} value={range.opens} onChange={(opens) => put({ opens })} />
              to
              <TimeInput label={`${which}: closes`} value={range.closes} onChange={(closes) => put({ closes })} />
              {!problem && range.closes < range.opens && <span className={classes.about}>the next day</span>}
              <RemoveButton what={`hours: ${which}`} onClick={() => onChange(without(ranges, index))} />
              {index === ranges.length - 1 && add}
            </div>
            {problem && (
              <div className={classes.error} role="alert">
                {problem}
              </div>
            )}
          </div>
        );
      })}
    </div>
  );
}

function AddButton({ of, onClick }: { of: string; onClick: () => void }) {
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      leftSection={<IconPlus size={12} aria-hidden />}
      aria-label={`Add Hours: ${of}`}
      onClick={onClick}
    >
      Add Hours
    </Button>
  );
}

function next(ranges: OpenRange[]): OpenRange {
  return ranges.length === 0 ? { opens: "09:00", closes: "17:00" } : { opens: "", closes: "" };
}
