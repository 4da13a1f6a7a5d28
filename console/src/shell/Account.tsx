import { Menu, NavLink } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCode, IconDots, IconKey, IconLogout, IconUser } from "@tabler/icons-react";
import { lazy, useState } from "react";

import { useLogOut, useSession } from "../api/session";
import { DialogBoundary } from "../components/Boundary";
import { sentenceOf } from "../components/sentences";
import { ThemeItem } from "./ThemeItem";

const ChangePasswordDialog = lazy(() => import("./ChangePasswordDialog"));

/** Who is logged in, and what they can do for themselves. */
export function Account() {
  const { user } = useSession();
  const logOut = useLogOut();
  const [changesPassword, setChangesPassword] = useState(false);
  const close = () => setChangesPassword(false);
  const name = user.display_name || user.name;
  return (
    <>
      <Menu position="right-end" width={220}>
        <Menu.Target>
          <NavLink
            component="button"
            label={name}
            title={name}
            noWrap
            px={8}
            aria-label={`Account of ${name}`}
            leftSection={<IconUser size={18} stroke={1.6} aria-hidden />}
            rightSection={<IconDots size={16} aria-hidden />}
          />
        </Menu.Target>
        <Menu.Dropdown>
          <ThemeItem />
          <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setChangesPassword(true)}>
            Change Password
          </Menu.Item>
          <Menu.Item leftSection={<IconCode size={16} />} component="a" href="/api/docs" target="_blank">
            API Documentation
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void logOut().catch(tellFailure)}>
            Log out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {changesPassword && (
        <DialogBoundary onClose={close}>
          <ChangePasswordDialog onClose={close} />
        </DialogBoundary>
      )}
    </>
  );
}

function tellFailure(error: unknown): void {
  notifications.show({ color: "red", title: "You are still logged in", message: sentenceOf(error), autoClose: false });
}
