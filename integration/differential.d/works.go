// What an ordinary Go program does: goroutines, timers, children, a server and its client, signals, files.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func serve() (string, error) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() {
		if peer, err := server.Accept(); err == nil {
			fmt.Fprint(peer, "hello")
			peer.Close()
		}
	}()
	client, err := net.DialTimeout("tcp", server.Addr().String(), 10*time.Second)
	if err != nil {
		return "", err
	}
	text := make([]byte, 5)
	_, err = client.Read(text)
	return string(text), err
}

func main() {
	var group sync.WaitGroup
	var lock sync.Mutex
	total := 0
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			time.Sleep(time.Millisecond)
			lock.Lock()
			total += n
			lock.Unlock()
		}(i)
	}
	group.Wait()
	runtime.GC()
	fmt.Println("goroutines", total)
	out, err := exec.Command("/bin/echo", "hello").CombinedOutput()
	fmt.Printf("child %q %v\n", out, err)
	text, err := serve()
	fmt.Println("network", text, err)
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println("signal", <-got)
	fmt.Println("file", os.WriteFile("/tmp/works.go", []byte("text"), 0o600))
	entries, err := os.ReadDir("/proc/self/task")
	fmt.Println("threads", len(entries) > 1, err)
}
