FROM scratch
COPY a /
RUN /a
