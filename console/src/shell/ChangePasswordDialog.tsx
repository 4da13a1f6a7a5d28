import { notifications } from "@mantine/notifications";

import { useSession } from "../api/session";
import { Dialog } from "../components/Dialog";
import { ChangePasswordForm } from "./ChangePasswordForm";

export default function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const { user } = useSession();
  const done = () => {
    notifications.show({ message: "Your password is changed. Your other sessions have ended." });
    onClose();
  };
  return (
    <Dialog onClose={onClose} title="Change Password">
      <ChangePasswordForm user={user.name} onDone={done} />
    </Dialog>
  );
}
