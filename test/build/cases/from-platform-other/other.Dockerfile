FROM --platform=linux/arm64 busybox AS first
RUN echo one > /one

FROM --platform=windows busybox
COPY --from=first /one /two
LABEL platform=other
