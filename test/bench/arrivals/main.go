// A server that notes when each request arrives. `/arrivals` answers with the times, one a line, in microseconds since the
// moment that the header x-start-us says, and forgets them; anything else is answered as the tutorial's app would.
package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

func main() {
	start := time.Now()
	var mutex sync.Mutex
	arrivals := make([]int64, 0, 1<<20)

	http.HandleFunc("/arrivals", func(w http.ResponseWriter, _ *http.Request) {
		mutex.Lock()
		noted := arrivals
		arrivals = make([]int64, 0, 1<<20)
		mutex.Unlock()
		w.Header().Set("x-start-us", strconv.FormatInt(start.UnixMicro(), 10))
		out := bufio.NewWriter(w)
		defer out.Flush()
		for _, us := range noted {
			fmt.Fprintln(out, us)
		}
	})
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		us := time.Since(start).Microseconds()
		mutex.Lock()
		arrivals = append(arrivals, us)
		mutex.Unlock()
		w.Header().Set("content-type", "application/json")
		fmt.Fprint(w, `{"hello":"world","name":"Z2vTvgmxb0"}`)
	})

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	// Ends with whoever started it.
	go func() {
		bufio.NewReader(os.Stdin).ReadByte()
		os.Exit(0)
	}()
	http.Serve(listener, nil)
}
