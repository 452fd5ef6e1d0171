FROM --platform=nothing busybox
