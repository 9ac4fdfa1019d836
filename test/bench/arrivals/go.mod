module hitless/test/bench/arrivals

go 1.22
