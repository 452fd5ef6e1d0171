FROM busybox
COPY a /
RUN echo x > /x
ENV A=2
