package lambda

import "syscall"

// dieWithStarter has the kernel kill the process when its starter is gone, even
// when the starter had no time to do it.
func dieWithStarter(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
