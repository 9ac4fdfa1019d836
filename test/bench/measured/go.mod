module hitless/test/bench/measured

go 1.22
