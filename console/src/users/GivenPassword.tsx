import { Secret } from "../components/Secret";

interface Props {
  name: string;
  password: string;
  onDone: () => void;
}

/** A user's password as it was made for them. */
export function GivenPassword({ name, password, onDone }: Props) {
  return (
    <Secret title={`The password of ${name} is shown only now`} what="password" secret={password} onDone={onDone}>
      Give it to them in person. They choose one of their own when they log in.
    </Secret>
  );
}
